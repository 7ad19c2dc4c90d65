"""``python tests/benchmarks/toy_track_accuracies.py``: what a line fit and all compatible lines find of the toy's hits.

Hit accuracy on the toy's published cases: with all layers, and without the seed layers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from toy_track_pixels import read_toy

from hepml.estimators.compatible_lines import line_shares
from hepml.estimators.line_fit import follow_line
from hepml.evaluation.hit_accuracy import hit_accuracy
from hepml.workflow import sample

CASES = {
    "50×50, 20% noise": {},
    "50×50, 5 background tracks": {"background_tracks": 5, "noise_probability": 0.0},
    "48×48, 5 background + 20% noise": {"layers": 48, "pixels": 48, "background_tracks": 5},
}
METHODS = {
    "line fit": follow_line,
    "compatible lines, causal": lambda on: np.argmax(line_shares(on), axis=2),
    "compatible lines, all layers": lambda on: np.argmax(line_shares(on, causal=False), axis=2),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    table = Table("case", *METHODS, title=f"hit accuracy, all layers / without seeds ({chosen.events} events)")
    for name, options in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            made = sample("tracks", Path(folder) / "toy", events=chosen.events, seed=chosen.seed, options=options)
            on, signal = read_toy(
                made.files[0].path, n_layers=options.get("layers", 50), n_pixels=options.get("pixels", 50)
            )
        row = []
        for method in METHODS.values():
            found = method(on)
            row.append(f"{hit_accuracy(signal, found):.4f} / {hit_accuracy(signal, found, seed_layers=5):.4f}")
        table.add_row(name, *row)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
