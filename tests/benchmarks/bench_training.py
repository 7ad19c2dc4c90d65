"""An epoch of the CNN from shards on disk, against the same epoch from arrays in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from epoch_times import epoch_times
from measured import Ratio
from toy_dataset import make_dataset, make_recipe, write_files

_MOST_JETS = 20_000


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratio of epochs."""
    home = folder / "training"
    recipe = make_recipe(home, write_files(home, n_jets=min(n_jets, _MOST_JETS)))
    make_dataset(home / "dataset", recipe)
    ratio, disk, arrays = epoch_times(home, recipe, model="cnn", name="image", n_pairs=n_pairs)
    note = f"{disk:.0f} and {arrays:.0f} µs per jet"
    yield Ratio("epoch of the CNN from disk", "the same from arrays in memory", ratio, 1.10, aim="1.02", note=note)
