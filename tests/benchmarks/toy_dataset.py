"""Toy ntuples, recipes and datasets for the benchmarks."""

from __future__ import annotations

from pathlib import Path

from toy_jets import toy_columns, write_toy_jets

from hepml.contracts import Manifest
from hepml.io.root_writer import TreeWriter
from hepml.processing import ExecutorName, choose_workforce, process_dataset
from hepml.recipe import Recipe

PROCESSOR = '''
"""Jet images alone: what is compared with a plain read of the same branches."""

import awkward as ak
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, JetImage, ObjectIndex, processor

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """None."""


def examples(events, options):
    """Return one example per jet."""
    particles = ak.zip({name: events[f"part_{name}"] for name in ("pt", "eta", "phi", "charge")}, depth_limit=1)
    return Examples(
        inputs={"image": (JetImage(), particles)},
        object_index=ObjectIndex(event=ak.to_numpy(ak.local_index(events.jet_pt, axis=0))),
        cutflow=CutFlow.start(events.generator_weight),
        weight=ak.to_numpy(events.generator_weight),
        key={name: ak.to_numpy(events[name]) for name in ("run", "lumi", "event")},
    )


Processor = processor(examples, Options, schema)
'''

BRANCHES = ("part_pt", "part_eta", "part_phi", "part_charge", "generator_weight", "run", "lumi", "event", "jet_pt")
"""Those that the processor reads."""


def write_files(folder: Path, *, n_jets: int, n_files: int = 2, lz4: bool = False) -> dict[str, list[Path]]:
    """Write `n_jets` in `n_files` files, half of them W jets, and return the files by input.

    Compressed by zlib, as ROOT does it by default, or by LZ4, as our own samples are.
    """
    files: dict[str, list[Path]] = {"w": [], "qcd": []}
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n_files):
        kind = "w" if number % 2 == 0 else "qcd"
        path = folder / f"{kind}_{number}.root"
        if lz4:
            with TreeWriter(path) as writer:
                writer.extend(toy_columns(n_jets // n_files, seed=number, kind=kind))
        else:
            write_toy_jets(path, n_jets // n_files, seed=number, kind=kind)
        files[kind].append(path)
    return files


def make_recipe(
    folder: Path, files: dict[str, list[Path]], *, processor: Path | None = None, chunk_size: int = 100_000
) -> Recipe:
    """Return a recipe that makes jet images of the files, or what another processor makes."""
    if processor is None:
        processor = folder / "images_only.py"
        processor.write_text(PROCESSOR, encoding="utf-8")
    return Recipe.model_validate(
        {
            "inputs": {name: {"files": [str(path) for path in paths], "label": name} for name, paths in files.items()},
            "processor": {"file": str(processor)},
            "process": {"chunk_size": chunk_size},
        }
    )


def make_dataset(folder: Path, recipe: Recipe, *, workers: int = 1, executor: ExecutorName | None = None) -> Manifest:
    """Process the recipe into `folder`."""
    return process_dataset(recipe, folder, workforce=choose_workforce(executor, workers=workers))
