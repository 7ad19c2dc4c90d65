"""Small projects for the tests of runs and verbs, each made once per session: files, a dataset, and runs of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import yaml
from toy_jets import write_toy_jets

from hepml import workflow
from hepml.io.root_writer import TreeWriter
from hepml.recipe import Recipe, load_recipe

TESTS = Path(__file__).resolve().parent
JET_IMAGES = TESTS.parent / "processors" / "jet_images.py"
FLAT = TESTS / "flat_processor.py"
PIXELMAPS = TESTS.parent / "processors" / "pixelmaps.py"
PER_JET = TESTS / "per_jet_processor.py"

TREES = {"estimator": "bdt", "inputs": ["table"], "options": {"max_iter": 10, "min_samples_leaf": 5}}
"""A model of the projects with a flat table."""


@dataclass(frozen=True)
class Project:
    """A recipe with its files in one folder."""

    folder: Path
    recipe: Path

    def loaded(self, settings: Mapping[str, Any] | None = None) -> Recipe:
        """Return the recipe."""
        return load_recipe(self.recipe, settings=settings)

    @property
    def dataset(self) -> Path:
        """The dataset, made when it is first asked for."""
        return _dataset(self)

    def run(self, model: str, **settings: Any) -> Path:
        """Return a run of the dataset, trained when it is first asked for; keys are written with __ for the dot."""
        return _run(self, model, tuple(settings.items()))


@cache
def _dataset(project: Project) -> Path:
    folder = project.folder / "dataset"
    workflow.process(project.recipe, folder)
    return folder


@cache
def _run(project: Project, model: str, settings: tuple[tuple[str, Any], ...]) -> Path:
    changed = {key.replace("__", "."): value for key, value in settings}
    name = "_".join([model, *(f"{key.replace('.', '_')}_{value}" for key, value in changed.items())])
    folder = project.folder / "runs" / name
    workflow.train(project.loaded(changed), project.dataset, folder, model=model)
    return folder


@cache
def jets(base: Path) -> Project:
    """Return W and QCD toy jets through the processor of the examples, with trees, trees on images, and a network."""
    folder = _made(base / "jets")
    for seed, kind in enumerate(("w", "qcd")):
        write_toy_jets(folder / f"{kind}.root", 700, seed=seed, kind=kind, mean_multiplicity=20)
    return write_project(
        folder,
        inputs={kind: {"files": str(folder / f"{kind}.root"), "label": kind} for kind in ("w", "qcd")},
        processor={"file": str(JET_IMAGES), "options": {"image": {"pixels": 7}}},
        process={"chunk_size": 300},
        training={"epochs": 2, "batch_size": 128},
        models={
            "trees": {**TREES, "inputs": ["substructure"], "seeds": [1, 2]},
            "pixels": {**TREES, "inputs": ["image"]},
            "dense": {"estimator": "dnn", "inputs": ["substructure"]},
        },
        evaluation={
            "windows": {"heavy": {"jet_mass_gev": [60, 110]}},
            "permutations": 20,
            "gallery_events": 0,
            "heat_maps": 0,
        },
    )


@cache
def flat(base: Path, classes: tuple[str, ...] = ("signal", "background"), n: int = 600) -> Project:
    """Return normal x and y, shifted from class to class, with trees."""
    folder = _made(base / f"flat_{'_'.join(classes)}_{n}")
    for index, name in enumerate(classes):
        write_flat(folder / f"{name}.root", n, seed=index, shift=index, first_event=index * n)
    return write_project(
        folder,
        inputs={name: {"files": str(folder / f"{name}.root"), "label": name} for name in classes},
        processor={"file": str(FLAT)},
        event_key=["event"],
        process={"chunk_size": 250},
        models={"trees": TREES},
        evaluation={"permutations": 20},
    )


@cache
def numbers(base: Path) -> Project:
    """Return normal x and y without classes, from which y is to be found, with trees and a straight line."""
    folder = _made(base / "numbers")
    write_flat(folder / "all.root", 1000)
    return write_project(
        folder,
        inputs={"all": {"files": str(folder / "all.root")}},
        processor={"file": str(FLAT)},
        event_key=["event"],
        task={"kind": "regression", "options": {"target": "y_spectator"}},
        models={"trees": TREES, "line": {"estimator": "linear", "inputs": ["table"]}},
        evaluation={"learning_curve": [0.2, 0.5], "importance_events": 200},
    )


@cache
def objects(base: Path) -> Project:
    """Return events with jets, one example per jet, with trees."""
    folder = _made(base / "objects")
    for index, name in enumerate(("signal", "background")):
        write_objects(folder / f"{name}.root", 400, seed=index, mass_gev=80 if index == 0 else 30)
    return write_project(
        folder,
        inputs={name: {"files": str(folder / f"{name}.root"), "label": name} for name in ("signal", "background")},
        processor={"file": str(PER_JET), "options": {"least_pt_gev": 30.0}},
        event_key=["event"],
        process={"chunk_size": 150},
        models={"trees": TREES},
        evaluation={"permutations": 20},
    )


@cache
def views(base: Path) -> Project:
    """Return events of two views, lines that both of them see or that end at once in x, with trees and a network."""
    folder = _made(base / "views")
    for index, name in enumerate(("long", "short")):
        write_hits(folder / f"{name}.root", 300, seed=index, length=(9, 3)[index])
    return write_project(
        folder,
        inputs={name: {"files": str(folder / f"{name}.root"), "label": name} for name in ("long", "short")},
        processor={
            "file": str(PIXELMAPS),
            "options": {
                "pixelmap": {"views": ["x", "y"], "shape": [12, 10], "unit": "PE"},
                "flavour": None,
                "spectators": {"nu_energy_gev": "nu_energy"},
                "key": {"event": "event"},
            },
        },
        event_key=["event"],
        training={"epochs": 2, "batch_size": 64},
        models={
            "trees": {**TREES, "inputs": ["pixelmap"], "seeds": [1, 2]},
            "net": {
                "estimator": "resnet",
                "inputs": ["pixelmap"],
                "options": {"stem_filters": 4, "stem_kernel": 3, "stem_pool": 1, "filters": [4], "normalise": "none"},
            },
        },
        evaluation={
            "permutations": 20,
            "calibration": False,
            "bins": {"nu_energy_gev": 2},
            "importance_repeats": 2,
            "gallery_events": 2,
        },
    )


def write_project(folder: Path, **recipe: Any) -> Project:
    """Write a recipe into a folder."""
    path = _made(folder) / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe, sort_keys=False))
    return Project(folder, path)


def write_flat(
    path: Path, n: int, *, seed: int = 0, shift: float = 0.0, first_event: int = 0, tree: str = "Events", **columns: Any
) -> Path:
    """Write n entries of normal x and y around `shift`, with weight 1 and event numbers; `columns` replaces any."""
    rng = np.random.default_rng(seed)
    values = {
        "x": rng.normal(shift, 1, n).astype(np.float32),
        "y": rng.normal(shift, 1, n).astype(np.float32),
        "weight": np.ones(n, np.float32),
        "event": first_event + np.arange(n),
    }
    with TreeWriter(path, tree=tree) as writer:
        writer.extend(values | columns)
    return path


def write_hits(path: Path, n: int, *, seed: int, length: int) -> Path:
    """Write n events with a line of 9 hits in view 1 and one of `length` in view 0, and one hit anywhere in both."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 3, n)
    lines = [(view, first[:, None] + np.arange(size)) for view, size in ((0, length), (1, 9))]
    view = np.concatenate([np.full_like(plane, view) for view, plane in lines] + [np.tile([0, 1], (n, 1))], axis=1)
    plane = np.concatenate([plane for _, plane in lines] + [rng.integers(0, 12, (n, 2))], axis=1)
    columns = {
        "view": view.astype(np.int32),
        "plane": plane.astype(np.int32),
        "cell": rng.integers(0, 10, plane.shape).astype(np.int32),
        "pe": rng.uniform(5, 50, plane.shape).astype(np.float32),
    }
    hits = ak.zip({name: ak.from_regular(values) for name, values in columns.items()})
    with TreeWriter(path) as writer:
        writer.extend({"hit": hits, "nu_energy": rng.uniform(1, 9, n), "event": seed * n + np.arange(n)})
    return path


def write_objects(path: Path, n: int, *, seed: int, mass_gev: float) -> Path:
    """Write n events with none to four jets each."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 5, n)
    pt, mass = rng.uniform(20, 100, counts.sum()), rng.normal(mass_gev, 20, counts.sum())
    columns = {"pt": pt.astype(np.float32), "mass": mass.astype(np.float32)}
    jagged = ak.zip({name: ak.unflatten(values, counts) for name, values in columns.items()})
    with TreeWriter(path) as writer:
        writer.extend({"Jet": jagged, "event": seed * n + np.arange(n)})
    return path


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
