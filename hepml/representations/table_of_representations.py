"""The table of representations, and how one is rebuilt from its spec."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from hepml.contracts import Representation, RepresentationSpec
from hepml.errors import DatasetError, nearest
from hepml.options import validate_options

REPRESENTATIONS: Mapping[str, str] = {
    "jet_image": "hepml.representations.jet_image:JetImage",
    "occupancy": "hepml.representations.occupancy:Occupancy",
    "pixel_map": "hepml.representations.pixel_map:PixelMap",
    "sequence": "hepml.representations.sequence:Sequence",
    "shower": "hepml.representations.shower:Shower",
    "table": "hepml.representations.table:Table",
}
"""Kind → where its class is."""


def rebuild(spec: RepresentationSpec) -> Representation:
    """Build the representation that `spec` describes.

    Raises
    ------
    DatasetError
        Its kind or its options are unknown to this version.

    Examples
    --------
    >>> rebuild(RepresentationSpec("table", {"columns": [{"name": "pt", "unit": "GeV"}]})).columns
    {'pt': 'GeV'}
    """
    if spec.kind not in REPRESENTATIONS:
        msg = f"representation {spec.kind!r} is unknown to this version: {nearest(spec.kind, REPRESENTATIONS)}"
        raise DatasetError(msg)
    module, name = REPRESENTATIONS[spec.kind].split(":")
    kind = getattr(import_module(module), name)
    options = validate_options(kind.Options, spec.options, path=f"options of {spec.kind}", error=DatasetError)
    built: Representation = kind(options)
    return built
