"""How the values of an item's features are changed for a model; all of it when a batch is made."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.representations.sequence_options import ItemFeature, SequenceOptions


def transformed(values: NDArray[Any], feature: ItemFeature) -> NDArray[np.float32]:
    """Return the values of a feature as a model reads them; NaN stays NaN.

    Examples
    --------
    >>> feature = ItemFeature(name="d0", unit="mm", transform="signed_log", scale=0.1)
    >>> transformed(np.array([-0.1, 0, 0.3]), feature).round(3).tolist()
    [-0.6930000185966492, 0.0, 1.3860000371932983]
    """
    if feature.transform == "none":
        return values.astype(np.float32, copy=False)
    exact = values.astype(np.float64)
    if feature.transform == "log":
        return np.log(exact).astype(np.float32)
    return (np.sign(exact) * np.log1p(np.abs(exact) / feature.scale)).astype(np.float32)


def outside_domain(values: NDArray[np.float32], feature: ItemFeature) -> NDArray[np.bool_]:
    """Return which values give no finite number: NaN, infinity, and for a logarithm all that is not above 0."""
    bad = ~np.isfinite(values)
    return bad | ~(values > 0) if feature.transform == "log" else bad


def feature_name(feature: ItemFeature) -> str:
    """Return what a feature is called, with its unit.

    Examples
    --------
    >>> [feature_name(ItemFeature(name="pt", unit="GeV", transform=each)) for each in ("none", "log")]
    ['pt [GeV]', 'log of pt [1]']
    """
    words = {"log": "log of ", "signed_log": "signed log of "}.get(feature.transform)
    return f"{words}{feature.name} [1]" if words else f"{feature.name} [{feature.unit}]"


def plain_name(name: str) -> str:
    """Return the name of a feature without its unit and transform.

    Examples
    --------
    >>> plain_name("signed log of d0 [1]"), plain_name("pt [GeV]"), plain_name("n_tracks")
    ('d0', 'pt', 'n_tracks')
    """
    return name.partition(" [")[0].rpartition(" ")[2]


def transforms_checksum(options: SequenceOptions) -> int:
    """Return a checksum of everything that `transformed` applies."""
    applied = [(feature.name, feature.transform, feature.scale) for feature in options.features]
    return zlib.crc32(repr(applied).encode())
