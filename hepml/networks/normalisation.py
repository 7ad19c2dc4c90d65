"""From the training part's moments to the constants that live in the model."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Moments, Normalisation

RARE_PIXEL_FLOOR = 0.3
"""Least scale of a pixel, as a fraction of its channel's root mean square scale."""


def table_normalisation(moments: Moments) -> Normalisation:
    """Return mean and standard deviation per feature; a constant or never-seen feature is only shifted."""
    std = moments.std()[0]
    scale = np.where(std > _rounding(moments), std, 1.0)
    return Normalisation(moments.mean()[0].astype(np.float32), scale.astype(np.float32))


def no_normalisation(moments: Moments) -> Normalisation:
    """Return the constants of the identity."""
    shape = moments.mean()[0].shape
    return Normalisation(np.zeros(shape, np.float32), np.ones(shape, np.float32))


def image_normalisation(moments: Moments, *, per: Literal["pixel", "channel", "none"]) -> Normalisation:
    """Return a scale per pixel, or one per channel; the offset is 0, so that empty pixels stay empty.

    Parameters
    ----------
    moments : Moments
        One group, of shape (height, width, channel), or (channel,) where moments are not kept by pixel.
    per : str
        ``"pixel"`` divides by each pixel's σ (1803.00107); pixels that are hardly ever hit have a tiny σ, so σ is at
        least `RARE_PIXEL_FLOOR` of the channel's.  ``"channel"`` divides by the root mean square σ of the channel's
        pixels, ``"none"`` by 1.
    """
    std = moments.std()[0]
    channel = np.sqrt(np.mean(np.square(std), axis=tuple(range(std.ndim - 1)), keepdims=True))
    if per == "pixel":
        scale = np.maximum(std, RARE_PIXEL_FLOOR * channel)
    else:
        scale = np.broadcast_to(channel if per == "channel" else 1.0, std.shape)
    scale = np.where(scale > 0, scale, 1.0)
    return Normalisation(np.zeros(std.shape, np.float32), scale.astype(np.float32))


def _rounding(moments: Moments) -> NDArray[np.float64]:
    """Return the σ that rounding alone can give a constant feature: about √ε times its size."""
    rounding: NDArray[np.float64] = 1e-7 * np.abs(moments.mean()[0])
    return rounding
