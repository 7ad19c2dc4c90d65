"""The scale of a pixel map's charge: calibration, saturation and logarithm, all of which keep no hit at 0."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.representations.pixel_map_options import PixelMapOptions


def scaled_charge(
    charge: NDArray[np.float32], view: NDArray[np.unsignedinteger[Any]], options: PixelMapOptions
) -> NDArray[np.float32]:
    """Return the charge of pixels, as given and summed, on the scale of the options; `view` is the view of each.

    Examples
    --------
    >>> options = PixelMapOptions(views=["x"], shape=(1, 1), calibration=2, saturation=3, charge="log", log_charge=1.5)
    >>> scaled_charge(np.array([0, 0.75, 9], np.float32), np.zeros(3, np.uint8), options).round(3).tolist()
    [0.0, 0.6930000185966492, 1.0989999771118164]
    """
    values: NDArray[np.floating[Any]] = charge
    if set(options.calibration_by_view) != {1.0}:
        values = values * np.array(options.calibration_by_view)[view]
    if options.saturation is not None:
        values = np.minimum(values, options.saturation)
    if options.charge == "log":
        values = np.log1p(values / np.float64(options.log_charge))
    return values.astype(np.float32, copy=False)


def scale_checksum(options: PixelMapOptions) -> int:
    """Return a checksum of everything that `scaled_charge` applies."""
    applied = (options.calibration_by_view, options.saturation, options.charge, options.log_charge)
    return zlib.crc32(repr(applied).encode())
