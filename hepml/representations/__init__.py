"""Columnar events ↔ stored columns ↔ dense batch arrays."""

from hepml.representations.jet_image import JetImage, JetImageOptions
from hepml.representations.jet_substructure import SUBSTRUCTURE_COLUMNS, substructure
from hepml.representations.table import Table
from hepml.representations.table_columns import Column, TableOptions
from hepml.representations.table_of_representations import REPRESENTATIONS, rebuild

__all__ = [
    "REPRESENTATIONS",
    "SUBSTRUCTURE_COLUMNS",
    "Column",
    "JetImage",
    "JetImageOptions",
    "Table",
    "TableOptions",
    "rebuild",
    "substructure",
]
