"""Events of the layout of the built-in neutrino sample, and recipes that make pixel maps of them and of real ones."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np

from hepml.io.root_writer import TreeWriter
from hepml.io.shards import read_rows
from hepml.processing import process_dataset
from hepml.recipe import Recipe

PIXELMAPS = Path(__file__).resolve().parents[1] / "processors" / "pixelmaps.py"
CLASSES = {0: "nc", 1: "numu", 2: "nue", 3: "nutau"}
KEY = {"run": "run", "lumi": "lumi", "event": "event"}
SMALL = {"views": ["x", "y"], "shape": [10, 8], "unit": "PE"}
DUNE = {"views": ["u", "v", "z"], "shape": [500, 500], "axes": ["wire", "tick"], "unit": "ADC"}


def events(n: int = 40, **changes: Any) -> dict[str, Any]:
    """Return columns of the built-in sample's layout: 1 to 20 hits per event."""
    rng = np.random.default_rng(8)
    counts = rng.integers(1, 21, size=n)
    total = counts.sum()
    hits = {
        "view": rng.integers(0, 2, total).astype(np.int8),
        "plane": rng.integers(0, 10, total).astype(np.int16),
        "cell": rng.integers(0, 8, total).astype(np.int16),
        "pe": rng.exponential(30, total).astype(np.float32),
        "time_ns": rng.random(total).astype(np.float32),
    }
    flat = {"run": np.ones(n, np.int32), "lumi": np.ones(n, np.uint32), "event": np.arange(n)}
    flat |= {"flavour": (np.arange(n) % 4).astype(np.int32), "nu_energy": rng.uniform(1, 10, n).astype(np.float32)}
    return {**flat, "hit": ak.unflatten(ak.zip(hits), counts), **changes}


def with_hits(columns: dict[str, Any], event: int, **values: Any) -> dict[str, Any]:
    """Return the columns with other hits in one event: branch → list."""
    hits = columns["hit"]
    changed = {
        name: ak.concatenate([hits[name][:event], [values.get(name, hits[name][event])], hits[name][event + 1 :]])
        for name in hits.fields
    }
    return {**columns, "hit": ak.zip({name: ak.values_astype(v, hits[name].layout.content.data.dtype)
                                      for name, v in changed.items()})}  # fmt: skip


def column_names(manifest: Any) -> list[str]:
    return ["label", *(f"spectator.{name}" for name in manifest.spectators), *(f"key.{name}" for name in manifest.keys)]


def recipe_of(path: Path, options: dict[str, Any], *, chunk_size: int = 1000, **process: Any) -> Recipe:
    return Recipe.model_validate(
        {
            "processor": {"file": str(PIXELMAPS), "options": options},
            "process": {"chunk_size": chunk_size, "retries": 0, **process},
            "inputs": {"nu": {"files": [str(path)]}},
            "classes": list(CLASSES.values()),
        }
    )


def steps(manifest: Any) -> list[tuple[str, int]]:
    return [(step.name, step.n) for step in manifest.inputs[0].cutflow.steps]


def dune_options(**pixelmap: Any) -> dict[str, Any]:
    return {
        "pixelmap": {**DUNE, **pixelmap},
        "hits": {"plane": "hit_wire", "cell": "hit_tick", "charge": "hit_adc"},
        "flavours": CLASSES,
        "spectators": {"nu_energy_gev": "nu_energy", "lep_energy_gev": "lep_energy", "n_proton": "n_proton"},
    }


def maker(folder: Path) -> Callable[..., Any]:
    """Return a function: columns, or a file, and options of the processor → the manifest, and the rows by event."""
    number = count()

    def process(events: dict[str, Any] | Path, *, process: dict[str, Any] | None = None, **options: Any) -> Any:
        path = events if isinstance(events, Path) else folder / "nu.root"
        if not isinstance(events, Path):
            with TreeWriter(path) as writer:
                writer.extend(events)
        given = {"pixelmap": SMALL, "flavours": CLASSES, "key": KEY, "spectators": {"nu_energy_gev": "nu_energy"}}
        made = folder / f"dataset_{next(number)}"
        manifest = process_dataset(recipe_of(path, {**given, **options}, **(process or {})), made)
        rows = read_rows(made / manifest.shards[0].path, columns=column_names(manifest))
        return manifest, rows[ak.argsort(rows["key.event"])]

    return process
