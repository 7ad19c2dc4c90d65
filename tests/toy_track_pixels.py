"""The toy sample of tracks as dense arrays."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import uproot
from numpy.typing import NDArray


def read_toy(path: Path, *, n_layers: int, n_pixels: int) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the pixels that are on, shape (n, n_layers, n_pixels), and the signal's pixel of each layer."""
    with uproot.open(path) as file:
        events = file["Events"].arrays(["hit_layer", "hit_pixel", "hit_track"])
    on = np.zeros((len(events), n_layers, n_pixels), bool)
    event = np.repeat(np.arange(len(events)), ak.num(events.hit_layer))
    on[event, ak.to_numpy(ak.flatten(events.hit_layer)), ak.to_numpy(ak.flatten(events.hit_pixel))] = True
    return on, ak.to_numpy(events.hit_pixel[events.hit_track == 0]).astype(np.int64)
