"""The toy of the HEP.TrkX project: straight lines through layers of pixels, noise and background tracks.

S. Farrell et al., "The HEP.TrkX Project: deep neural networks for HL-LHC online and offline tracking",
EPJ Web Conf. 150 (2017) 00003.
"""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.samples.blocks import Block
from hepml.samples.track_options import TrackSampleOptions

NOISE = -1
_EMPTY = -2


def make_toy_block(block: Block, *, options: TrackSampleOptions) -> dict[str, NDArray[Any] | ak.Array]:
    """Return the columns of one block, without its keys; fewer events are the first of more."""
    of_tracks, of_noise = np.random.default_rng(block.seed).spawn(2)
    width, depth = options.pixels, options.n_layers
    ends = of_tracks.uniform(0, width, size=(block.n, 1 + options.background_tracks, 2))
    intercept, slope = ends[..., 0], (ends[..., 1] - ends[..., 0]) / depth
    noise = of_noise.random((block.n, depth, width), dtype=np.float32) < options.noise_probability
    owner = _owners(crossed_pixels(intercept, slope, depth), noise, options.seed_layers)
    return {
        "hit": _hits(owner),
        "track": ak.zip({"intercept": ak.from_regular(intercept), "slope": ak.from_regular(slope)}),
    }


def crossed_pixels(intercept: NDArray[np.float64], slope: NDArray[np.float64], n_layers: int) -> NDArray[np.int64]:
    """Return the pixel ``int(slope · layer + intercept)`` of every layer, on a new last axis.

    Examples
    --------
    >>> crossed_pixels(np.array([0.5]), np.array([0.75]), 4)
    array([[0, 1, 2, 2]])
    """
    return np.floor(slope[..., None] * np.arange(n_layers) + intercept[..., None]).astype(np.int64)


def _owners(pixel: NDArray[np.int64], noise: NDArray[np.bool_], seed_layers: int) -> NDArray[np.int16]:
    """Return what each pixel of (event, layer, pixel) belongs to: the first of the tracks in it, noise, or nothing."""
    owner = np.where(noise, np.int16(NOISE), np.int16(_EMPTY))
    owner[:, :seed_layers] = _EMPTY
    event, layer = np.ogrid[: noise.shape[0], : noise.shape[1]]
    for track in range(pixel.shape[1] - 1, -1, -1):  # the signal last, over all others
        first = seed_layers if track else 0
        owner[event, layer[:, first:], pixel[:, track, first:]] = track
    return owner


def _hits(owner: NDArray[np.int16]) -> ak.Array:
    event, layer, pixel = np.nonzero(owner != _EMPTY)
    fields = {"layer": layer.astype(np.int16), "pixel": pixel.astype(np.int16), "track": owner[event, layer, pixel]}
    return ak.unflatten(ak.zip(fields), np.bincount(event, minlength=len(owner)))
