"""The loader alone: an epoch of shuffled dense batches from disk, against a plain read of the ROOT files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import uproot
from measured import Ratio, paired
from toy_dataset import BRANCHES, make_dataset, make_recipe, write_files

from hepml.datasets import open_dataset


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratio of loading, per jet that is delivered."""
    home = folder / "loading"
    files = write_files(home, n_jets=n_jets)
    recipe = make_recipe(home, files)
    make_dataset(home / "dataset", recipe)
    source = open_dataset(home / "dataset").source(
        "train", inputs=["image"], training=True, weights=recipe.weights, split=recipe.split, seed=1
    )
    epoch = count()

    def load() -> None:
        for batch in source.shuffled(next(epoch)):
            batch.inputs["image"].shape  # noqa: B018  (the arrays are made by now)

    def plain_read() -> None:
        for path in [*files["w"], *files["qcd"]]:
            with uproot.open(path) as file:
                file["Events"].arrays(BRANCHES)

    load()
    ratio, ours, read = paired(load, plain_read, n_pairs=n_pairs)
    per_jet = ratio * n_jets / source.n_rows
    yield Ratio(
        "loader alone, per training jet",
        "plain uproot read, per jet",
        per_jet,
        2.0,
        note=f"{1e6 * ours / source.n_rows:.2f} and {1e6 * read / n_jets:.2f} µs per jet",
    )
