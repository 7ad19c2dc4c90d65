"""Pixel maps: making a dataset of hits against a plain read, its size, and an epoch from disk against memory.

What is compared with the read is the work on chunks, in processor time: on small files starting and planning would
cover it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import uproot
from epoch_times import epoch_times
from measured import Ratio, paired
from pixelmap_events import CLASSES, KEY, PIXELMAPS, dune_options
from toy_dataset import make_dataset

from hepml.processing.execute import execute
from hepml.processing.executor_choice import ALONE
from hepml.processing.making import prepare
from hepml.recipe import Recipe
from hepml.workflow import sample

_MOST_EVENTS = 20_000
_EPOCH_EVENTS = 2_000
_HITS = ("hit_view", "hit_plane", "hit_cell", "hit_pe")
_WIRES = ("hit_view", "hit_wire", "hit_tick", "hit_adc")
_SCINTILLATOR = {
    "pixelmap": {"views": ["x", "y"], "shape": [100, 80], "unit": "PE", "charge": "log", "log_charge": 30},
    "flavours": {**CLASSES, 4: "cosmic"},
    "spectators": {"nu_energy_gev": "nu_energy", "lep_energy_gev": "lep_energy", "interaction": "interaction"},
    "missing": ["nu_energy_gev", "lep_energy_gev"],
    "weight": "generator_weight",
    "key": KEY,
}


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios of pixel maps."""
    home = folder / "pixelmaps"
    sample("neutrinos", home / "many", events=min(n_jets, _MOST_EVENTS))
    yield from _against_read(home / "scintillator", _scintillator(home / "many"), _HITS, n_pairs=n_pairs)
    data = Path(os.environ.get("HEPML_TEST_DATA") or PIXELMAPS.parents[2] / "shared" / "data") / "dune_cvn.root"
    if data.is_file():
        for pool in (1, 5):
            options = dune_options(charge="log", pool=[pool, pool])
            yield from _against_read(home / f"argon_{pool}", _recipe([data], options), _WIRES, n_pairs=n_pairs)
    sample("neutrinos", home / "few", events=min(n_jets, _EPOCH_EVENTS))
    recipe = _scintillator(home / "few")
    make_dataset(home / "dataset", recipe)
    ratio, disk, arrays = epoch_times(home, recipe, model="cvn", name="pixelmap", n_pairs=n_pairs)
    note = f"{disk:.0f} and {arrays:.0f} µs per event"
    yield Ratio("epoch of the CVN from disk", "the same from arrays in memory", ratio, 1.10, note=note)


def _scintillator(folder: Path) -> Recipe:
    return _recipe(sorted(folder.glob("*.root")), _SCINTILLATOR)


def _recipe(files: list[Path], options: dict[str, object]) -> Recipe:
    return Recipe.model_validate(
        {
            "inputs": {"nu": {"files": [str(path) for path in files]}},
            "classes": list(options["flavours"].values()),
            "processor": {"file": str(PIXELMAPS), "options": options},
        }
    )


def _against_read(home: Path, recipe: Recipe, hits: tuple[str, ...], *, n_pairs: int) -> Iterator[Ratio]:
    """Yield how much longer the work on chunks takes than reading their branches, and the size against that of ROOT."""
    files = [Path(path) for path in recipe.inputs["nu"].files]
    options = recipe.processor.options
    flat = [*options["spectators"].values(), *options.get("key", {}).values(), "flavour"]
    flat += [options["weight"]] if "weight" in options else []
    making, number = prepare(recipe), count()

    def dataset() -> None:
        place = home / str(next(number))
        place.mkdir(parents=True)
        execute(
            making.plan.chunks,
            making.module.Processor,
            making.options,
            making.sink(place),
            workforce=ALONE,
            logs=place / "logs",
            retries=0,
            bad_input="stop",
        )
        shutil.rmtree(place)

    def plain_read() -> None:
        for path in files:
            with uproot.open(path) as file:
                file["Events"].arrays([*hits, *flat])

    manifest = make_dataset(home / "whole", recipe)  # compiles
    ratio, ours, read = paired(dataset, plain_read, n_pairs=max(n_pairs, 5), clock=time.process_time)
    n = manifest.rows
    what = f"dataset of pixel maps from hits ({home.name})"
    note = f"{1e6 * ours / n:.0f} and {1e6 * read / n:.0f} µs per event"
    yield Ratio(what, "plain uproot read", ratio, 3.0, note=note)
    size, of_root = sum(shard.size for shard in manifest.shards), sum(path.stat().st_size for path in files)
    note = f"{size / 1e6:.1f} and {of_root / 1e6:.1f} MB"
    yield Ratio(f"size of that dataset ({home.name})", "the ROOT files", size / of_root, 3.0, note=note)
