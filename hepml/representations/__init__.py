"""Columnar events ↔ stored columns ↔ dense batch arrays."""

from hepml.representations.constituent_features import CONSTITUENT_FEATURES, constituent_features
from hepml.representations.hit_summary import hit_summary, hit_summary_columns
from hepml.representations.jet_image import JetImage, JetImageOptions
from hepml.representations.jet_substructure import SUBSTRUCTURE_COLUMNS, substructure
from hepml.representations.occupancy import Occupancy
from hepml.representations.occupancy_counts import rebinned
from hepml.representations.occupancy_options import OccupancyOptions
from hepml.representations.pixel_map import PixelMap
from hepml.representations.pixel_map_hits import HitCounts
from hepml.representations.pixel_map_options import PixelMapOptions
from hepml.representations.sequence import Sequence
from hepml.representations.sequence_items import ItemCounts
from hepml.representations.sequence_options import ItemFeature, Order, SequenceOptions
from hepml.representations.shower import Shower
from hepml.representations.shower_options import ShowerOptions
from hepml.representations.shower_shapes import shower_shape_columns, shower_shapes
from hepml.representations.table import Table
from hepml.representations.table_columns import Column, TableOptions
from hepml.representations.table_of_representations import REPRESENTATIONS, rebuild
from hepml.representations.track_features import TRACK_FEATURES, track_features
from hepml.representations.track_summary import TRACK_SUMMARY_COLUMNS, track_summary

__all__ = [
    "CONSTITUENT_FEATURES",
    "REPRESENTATIONS",
    "SUBSTRUCTURE_COLUMNS",
    "TRACK_FEATURES",
    "TRACK_SUMMARY_COLUMNS",
    "Column",
    "HitCounts",
    "ItemCounts",
    "ItemFeature",
    "JetImage",
    "JetImageOptions",
    "Occupancy",
    "OccupancyOptions",
    "Order",
    "PixelMap",
    "PixelMapOptions",
    "Sequence",
    "SequenceOptions",
    "Shower",
    "ShowerOptions",
    "Table",
    "TableOptions",
    "constituent_features",
    "hit_summary",
    "hit_summary_columns",
    "rebinned",
    "rebuild",
    "shower_shape_columns",
    "shower_shapes",
    "substructure",
    "track_features",
    "track_summary",
]
