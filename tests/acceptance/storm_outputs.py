"""What the storm of kills makes, again and again: how far a folder is, and how it differs from an uninterrupted one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import uproot
import yaml
from toy_jets import write_toy_jets

PROJECT = Path(__file__).resolve().parents[2]

PHASES = ("start-up", "planned", "processing", "merging", "finished")
"""No trace of a plan; a plan, but no chunk; some chunks; all chunks; the file that says that everything is there."""

CHUNK_ENTRIES, CHUNKS_PER_FILE = 100, 10
FILE_ENTRIES = CHUNK_ENTRIES * CHUNKS_PER_FILE
KINDS = ("w", "qcd")
FILES = tuple(f"{kind}_{part}.root" for kind in KINDS for part in range(2))
N_CHUNKS = CHUNKS_PER_FILE * len(FILES)


class Output(Protocol):
    """What one verb leaves."""

    verb: str

    def arguments(self, folder: Path) -> list[str]:
        """Return the command line that makes `folder`, without what says where the work is done."""

    def phase(self, folder: Path) -> tuple[str, int]:
        """Return which of `PHASES` a command has come to, and how many chunks are done."""

    def differences(self, folder: Path) -> Iterator[str]:
        """Yield in what `folder`, said to be finished, differs from one whose command nobody has killed."""


@dataclass(frozen=True)
class Dataset:
    """A dataset of toy jets, by ``hepml process``.

    Attributes
    ----------
    recipe, reference : Path
        The recipe, and the dataset of an uninterrupted command.
    """

    recipe: Path
    reference: Path
    verb: str = "process"

    def arguments(self, folder: Path) -> list[str]:
        """Return the command line that makes `folder`."""
        return ["process", str(self.recipe), "-o", str(folder)]

    def phase(self, folder: Path) -> tuple[str, int]:
        """Return which of `PHASES` a command has come to, and how many chunks have side-cars."""
        planned = (folder / "made_by.json").exists()
        return _phase(folder / "manifest.json", planned=planned, n_done=len(list(folder.glob("shards/*/[!.]*.json"))))

    def differences(self, folder: Path) -> Iterator[str]:
        """Yield what is wrong with accounting, rows, content, files and checksums."""
        manifest = _json(folder / "manifest.json")
        yield from _unaccounted(manifest["files"])
        yield from _listed_otherwise(manifest, self._manifest)
        yield from _other_files(folder, self.reference)
        for path in sorted(self.reference.glob("moments/*.npz")):
            name = path.relative_to(self.reference).as_posix()
            yield from _other_arrays(name, dict(np.load(folder / name)), dict(np.load(path)))
        yield from _other_arrays("histograms.root", _histograms(folder), _histograms(self.reference))
        command = [sys.executable, "-m", "hepml", "status", "--verify", str(folder)]
        verified = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        if verified.returncode:
            yield f"hepml status --verify: {verified.stderr.strip()}"

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        return _json(self.reference / "manifest.json")


@dataclass(frozen=True)
class Friends:
    """Friend trees of toy jets, by ``hepml predict``.

    Attributes
    ----------
    run : Path
        The run that is applied.
    files : tuple of Path
        The inputs.
    reference : Path
        The friends of an uninterrupted command.
    """

    run: Path
    files: tuple[Path, ...]
    reference: Path
    verb: str = "predict"

    def arguments(self, folder: Path) -> list[str]:
        """Return the command line that makes `folder`."""
        return ["predict", str(self.run), *map(str, self.files), "-o", str(folder)]

    def phase(self, folder: Path) -> tuple[str, int]:
        """Return which of `PHASES` a command has come to, and how many chunks have scores; it claims when planned."""
        planned = (folder / ".hepml-friends").exists()
        return _phase(folder / "friends.json", planned=planned, n_done=len(list(folder.glob(".parts-*/*/[!.]*.npz"))))

    def differences(self, folder: Path) -> Iterator[str]:
        """Yield what is wrong with the list of friends, their entries and the files."""
        yield from _listed_otherwise(_json(folder / "friends.json"), _json(self.reference / "friends.json"))
        yield from _other_files(folder, self.reference)
        for path in sorted(self.reference.glob("*.root")):
            found, expected = _friend(folder / path.name), _friend(path)
            if not all(len(values) == FILE_ENTRIES for values in found.values()):
                yield f"{path.name} has not {FILE_ENTRIES} entries"
            yield from _other_arrays(path.name, found, expected)


def write_inputs(folder: Path) -> Path:
    """Write files of toy jets and a recipe that cuts them into `N_CHUNKS` chunks; return the recipe's path."""
    for index, name in enumerate(FILES):
        part = index % 2
        kind = KINDS[index // 2]
        write_toy_jets(folder / name, FILE_ENTRIES, seed=part, kind=kind, first_event=part * FILE_ENTRIES)
    recipe = {
        "inputs": {
            kind: {"files": [str(folder / f"{kind}_{part}.root") for part in (0, 1)], "label": kind} for kind in KINDS
        },
        "processor": {"file": str(PROJECT / "processors" / "jet_images.py")},
        "process": {"chunk_size": CHUNK_ENTRIES},
        "models": {"bdt": {"inputs": ["substructure"], "options": {"max_iter": 10}}},
    }
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe))
    return path


def _phase(complete: Path, *, planned: bool, n_done: int) -> tuple[str, int]:
    """Return how far a folder is; `complete` is the file that is written last."""
    if complete.exists():
        return "finished", N_CHUNKS
    if n_done:
        return ("processing" if n_done < N_CHUNKS else "merging"), n_done
    return ("planned" if planned else "start-up"), 0


def _unaccounted(files: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the files of a manifest of which not every entry was processed, once."""
    if sum(file["n_processed"] for file in files) != FILE_ENTRIES * len(FILES):
        yield f"the files have not {FILE_ENTRIES * len(FILES)} entries"
    for file in files:
        planned, processed, skipped = (file[f"n_{what}"] for what in ("planned", "processed", "skipped"))
        if (planned, processed, skipped) != (FILE_ENTRIES, FILE_ENTRIES, 0):
            yield f"{file['path']}: planned {planned}, processed {processed}, skipped {skipped}"


def _listed_otherwise(found: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    """Yield the keys under which two JSON files say different things: digest, rows, checksums, sums of weights."""
    for key in sorted(found.keys() | expected.keys()):
        if found.get(key) != expected.get(key):
            yield f"{key!r} differs: {str(found.get(key))[:200]} in place of {str(expected.get(key))[:200]}"


def _other_files(folder: Path, reference: Path) -> Iterator[str]:
    """Yield the files that are in one of two folders only: lost shards, strangers, temporary files."""
    here, there = ({path.relative_to(top).as_posix() for path in top.rglob("*")} for top in (folder, reference))
    yield from (f"{name} is too much" for name in sorted(here - there))
    yield from (f"{name} is missing" for name in sorted(there - here))


def _other_arrays(name: str, found: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    """Yield the arrays of which not every element is the same; chunks are added in a fixed order, so all bits are."""
    if found.keys() != expected.keys():
        yield f"{name} holds {sorted(found)} in place of {sorted(expected)}"
        return
    for key, values in found.items():
        if not np.array_equal(values, expected[key], equal_nan=values.dtype.kind == "f"):
            yield f"{name}: {key!r} differs"


def _friend(path: Path) -> dict[str, Any]:
    with uproot.open(path) as file:
        return dict(file["Friends"].arrays(library="np"))


def _histograms(folder: Path) -> dict[str, Any]:
    with uproot.open(folder / "histograms.root") as file:
        found = {key: file[key] for key in file.keys(cycle=False) if hasattr(file[key], "variances")}
        return {f"{key}.{part}": getattr(found[key], part)() for key in found for part in ("values", "variances")}


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))
