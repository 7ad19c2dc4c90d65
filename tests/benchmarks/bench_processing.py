"""Making a dataset from ROOT: against a plain read of the same branches, a loop over jets, and two workers."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import uproot
from measured import Ratio, paired, seconds
from toy_dataset import BRANCHES, make_dataset, make_recipe, write_files

from hepml.processing import ExecutorName
from hepml.representations import JetImage

_LOOP_JETS = 1000
_PARTICLE = ("pt", "eta", "phi", "charge")
_EXAMPLE = Path(__file__).resolve().parents[2] / "processors" / "jet_images.py"


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios of dataset making."""
    home = folder / "processing"
    files = write_files(home, n_jets=n_jets)
    ratio, ours, read = _against_read(home, files, n_pairs=n_pairs)
    what, note = "dataset of jet images from ROOT, one core", "{:.2f} and {:.2f} µs per jet"
    per_jet = 1e6 / n_jets
    yield Ratio(
        what, "plain uproot read (zlib)", ratio, 2.5, aim="1.5", note=note.format(ours * per_jet, read * per_jet)
    )
    yield _against_loop(files["w"][0], ours / n_jets)
    quick = write_files(home / "lz4", n_jets=n_jets, lz4=True)
    ratio, ours, read = _against_read(home / "lz4", quick, n_pairs=n_pairs)
    yield Ratio(what, "plain uproot read (LZ4)", ratio, None, note=note.format(ours * per_jet, read * per_jet))
    yield from _two_workers(home, n_jets=n_jets)


def _against_read(home: Path, files: dict[str, list[Path]], *, n_pairs: int) -> tuple[float, float, float]:
    """Return the ratio of dataset making to a plain read of the same branches, and both times in seconds."""
    recipe = make_recipe(home, files)
    number = count()

    def dataset() -> None:
        place = home / f"dataset_{next(number)}"
        make_dataset(place, recipe)
        shutil.rmtree(place)

    def plain_read() -> None:
        for path in [*files["w"], *files["qcd"]]:
            with uproot.open(path) as file:
                file["Events"].arrays(BRANCHES)

    dataset()  # compiles
    return paired(dataset, plain_read, n_pairs=n_pairs)


def _against_loop(path: Path, ours_per_jet: float) -> Ratio:
    """Return how much longer a loop over jets takes for the same three channels than we for reading and everything."""
    with uproot.open(path) as file:
        jets = file["Events"].arrays([f"part_{name}" for name in _PARTICLE], entry_stop=_LOOP_JETS)
    per_jet = seconds(lambda: [_image_of_one(jet) for jet in jets]) / _LOOP_JETS
    return Ratio(
        "per-jet numpy loop (images alone)",
        "our whole dataset",
        per_jet / ours_per_jet,
        50,
        above=True,
        note=f"{1e6 * per_jet:.0f} and {1e6 * ours_per_jet:.2f} µs per jet",
    )


def _image_of_one(jet: Any) -> np.ndarray:
    """Centre, rotate, flip, normalise and fill the three channels of one image, as analysis code often does."""
    pt, eta, phi, charge = (np.asarray(jet[f"part_{name}"]) for name in _PARTICLE)
    share = pt / pt.sum()
    phi = (phi - phi[np.argmax(pt)] + math.pi) % (2 * math.pi) - math.pi
    x, y = eta - np.sum(share * eta), phi - np.sum(share * phi)
    _, vectors = np.linalg.eigh(np.cov(np.stack([x, y]), aweights=share))
    u, v = vectors[:, 1] @ np.stack([x, y]), vectors[:, 0] @ np.stack([x, y])
    u, v = (u if share @ u > 0 else -u), (v if share @ v > 0 else -v)
    options = JetImage().options
    bins, window = options.shape[0], [[-options.half_width, options.half_width]] * 2
    channels = (share, share * (charge != 0), np.ones_like(share))
    return np.stack([np.histogram2d(u, v, bins=bins, range=window, weights=each)[0] for each in channels], axis=-1)


def _two_workers(home: Path, *, n_jets: int) -> Iterator[Ratio]:
    """Yield the gain of a second worker with the example's processor, on a sample large against the workers' start.

    Then what a Dask cluster of this machine takes for the same.
    """
    files = write_files(home / "many", n_jets=20 * n_jets, n_files=16)
    recipe = make_recipe(home / "many", files, processor=_EXAMPLE, chunk_size=50_000)
    number = count()

    def dataset(workers: int, executor: ExecutorName | None = None) -> None:
        place = home / f"many_{next(number)}"
        make_dataset(place, recipe, workers=workers, executor=executor)
        shutil.rmtree(place)

    note = f"{{:.1f}} and {{:.1f}} s for {20 * n_jets} jets"
    ratio, one, two = paired(lambda: dataset(1), lambda: dataset(2), n_pairs=1)
    what = "two workers, with their start"
    yield Ratio("one worker", what, ratio, 1.7, above=True, note=note.format(one, two))
    ratio, dask, two = paired(lambda: dataset(2, "dask"), lambda: dataset(2), n_pairs=1)
    yield Ratio("a Dask cluster of two workers here", what, ratio, 1.2, note=note.format(dask, two))
