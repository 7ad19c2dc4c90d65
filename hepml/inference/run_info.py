"""What a run knows about itself: ``run.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydantic

from hepml.contracts import ArraySpec, RepresentationSpec, TaskSpec
from hepml.errors import RunError
from hepml.inference.member_info import MemberInfo
from hepml.inference.start_info import StartInfo
from hepml.io.folder import write_text_atomic

RUN_FORMAT = 1
RUN_FILE = "run.json"


@dataclass(frozen=True)
class ProcessorCopy:
    """The processor file that made the dataset: where it was, the SHA-256 of its text, and its options."""

    path: str
    sha256: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class RunInfo:
    """Everything that is needed to apply a run, and to tell where it came from.

    Attributes
    ----------
    name, estimator : str
        The model's name in the recipe, and its key in the table of estimators.
    options : mapping
        The estimator's options.
    representations : mapping of str to RepresentationSpec
        Of the processor's inputs it reads, in order.
    arrays : mapping of str to ArraySpec
        Of the batch arrays it reads, in order.
    dataset_digest : str
        Content of the dataset it was trained on.
    recipe : mapping
        The frozen recipe.
    versions : mapping of str to str
        Of hepml and of what it stands on.
    rows : mapping of str to int
        Rows by part in training.
    members : tuple of MemberInfo
        What scores events.
    learning : tuple of MemberInfo
        Trained on fractions of the training part, for the learning curve alone.
    keys : tuple of str, optional
        Key columns of the dataset; none where its split hashed the content of events; None in runs of older versions.
    start : StartInfo, optional
        The run that its networks started from; None: they started from their seeds.
    condition_ranges : mapping of str to (float, float)
        Of a run that generates: lowest and highest value of each condition in the training part; empty in runs of older
        versions.
    """

    format: int
    name: str
    estimator: str
    options: Mapping[str, Any]
    task: TaskSpec
    representations: Mapping[str, RepresentationSpec]
    arrays: Mapping[str, ArraySpec]
    dataset_digest: str
    processor: ProcessorCopy
    recipe: Mapping[str, Any]
    versions: Mapping[str, str]
    rows: Mapping[str, int]
    members: tuple[MemberInfo, ...]
    learning: tuple[MemberInfo, ...] = ()
    keys: tuple[str, ...] | None = None
    start: StartInfo | None = None
    condition_ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds, each once, in order."""
        return tuple(dict.fromkeys(member.seed for member in self.members))

    @property
    def fractions(self) -> tuple[float, ...]:
        """Fractions of the training part that the learning curve has, increasing."""
        return tuple(sorted({member.fraction for member in self.learning if member.fraction is not None}))

    @property
    def n_folds(self) -> int:
        """Number of folds; 0 without folds."""
        return len({member.fold for member in self.members if member.fold is not None})


def write_run_info(folder: Path, info: RunInfo) -> None:
    """Write ``run.json``; what makes a run complete, so it is written last."""
    plain = pydantic.TypeAdapter(RunInfo).dump_python(info, mode="json")
    write_text_atomic(folder / RUN_FILE, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")


def read_run_info(folder: str | Path) -> RunInfo:
    """Read ``run.json``.

    Raises
    ------
    RunError
        The folder is no run, is not finished, or was written by another version of the format.
    """
    path = Path(folder).expanduser() / RUN_FILE
    try:
        text = path.read_text(encoding="utf-8")
        found = dict(json.loads(text)).get("format")
        if found == RUN_FORMAT:
            return _complete(pydantic.TypeAdapter(RunInfo).validate_json(text))
        msg = (
            f"{path}: run format {found!r}, this hepml reads {RUN_FORMAT}: train again, or install the hepml of the run"
        )
    except (FileNotFoundError, NotADirectoryError):
        msg = f"{folder}: {_what_is_there(path.parent)}"
    except (OSError, ValueError, TypeError) as problem:
        msg = f"{path}: damaged ({' '.join(str(problem).split())[:200]}): train again"
    raise RunError(msg)


def _what_is_there(folder: Path) -> str:
    if any((folder / name).exists() for name in ("members", "checkpoints", "plan.json")):
        return f"the training has not finished, {RUN_FILE} is missing: run the same `hepml train` again"
    return f"there is no run here (no {RUN_FILE}): give the folder that `hepml train` wrote"


def _complete(info: RunInfo) -> RunInfo:
    """Return `info` if it has one member for each seed and fold."""
    folds: list[int | None] = list(range(info.n_folds)) or [None]
    wanted: list[tuple[float | None, int, int | None]] = [(None, seed, fold) for seed in info.seeds for fold in folds]
    wanted += [(fraction, info.seeds[0], fold) for fraction in info.fractions for fold in folds]
    found = [(member.fraction, member.seed, member.fold) for member in (*info.members, *info.learning)]
    if not found or len(found) != len(wanted) or set(found) != set(wanted):
        names = [member.place.as_posix() for member in (*info.members, *info.learning)]
        msg = f"it needs one member for each seed and fold, and for each fraction, found {names}"
        raise ValueError(msg)
    return info
