"""``python tests/benchmarks/helix_pulls.py``: the Kalman filter on particles of the barrel sample, layer by layer.

Particles with a hit on every layer, their hits as in the file: widths of the pulls of each prediction, and median
residuals, along the circle and along z.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import awkward as ak
import numpy as np
import uproot
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from hepml.samples.barrel_flight import build_barrel
from hepml.samples.track_options import TrackSampleOptions
from hepml.tracking import HelixFilter
from hepml.workflow import sample

SEEDS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=400)
    chosen = parser.parse_args()
    options = TrackSampleOptions(detector="barrel")
    with tempfile.TemporaryDirectory() as folder:
        made = sample("tracks", Path(folder) / "barrel", events=chosen.events, options={"detector": "barrel"})
        hits = whole_tracks(made.files[0].path, options.n_layers)
    barrel = build_barrel(options)
    kalman = HelixFilter(barrel)
    state = kalman.start(hits[:, :SEEDS])
    table = Table("layer", "pulls r-φ", "pulls z", "median r-φ (µm)", "median z (µm)", title=f"{len(hits)} particles")
    for layer in range(SEEDS, options.n_layers):
        state, expected = kalman.predict(state)
        off = hits[:, layer] - expected.place
        off[:, 0] = np.remainder(off[:, 0] + np.pi, 2 * np.pi) - np.pi
        widths = (off / np.sqrt(np.diagonal(expected.covariance, axis1=1, axis2=2))).std(axis=0)
        medians = 1e4 * np.median(np.abs(off), axis=0) * [barrel.radii_cm[layer], 1]
        table.add_row(str(layer), *(f"{w:.3f}" for w in widths), *(f"{m:.0f}" for m in medians))
        state = kalman.update(state, hits[:, layer])
    Console().print(table)
    Console().print(f"χ² / degrees of freedom: {state.chi2.mean() / (2 * options.n_layers - 5):.3f}")


def whole_tracks(path: Path, n_layers: int) -> NDArray[np.float64]:
    """Return φ and z of the hits of particles that have one on every layer, shape (n, n_layers, 2)."""
    with uproot.open(path) as file:
        events = file["Events"].arrays(["hit_layer", "hit_particle", "hit_phi", "hit_z_cm", "particle_n_hits"])
    owned = events.hit_particle >= 0
    whole = events.particle_n_hits[events.hit_particle[owned]] == n_layers
    layer, particle, phi, z = (
        events[name][owned][whole] for name in ("hit_layer", "hit_particle", "hit_phi", "hit_z_cm")
    )
    order = ak.argsort(ak.values_astype(particle, np.int64) * n_layers + layer)
    return np.stack([ak.to_numpy(ak.flatten(c[order])).reshape(-1, n_layers) for c in (phi, z)], axis=-1).astype(float)


if __name__ == "__main__":
    main()
