"""What a run knows about itself: ``run.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pydantic

from hepml.contracts import ArraySpec, RepresentationSpec, TaskSpec
from hepml.errors import RunError
from hepml.io.folder import write_text_atomic

RUN_FORMAT = 1
RUN_FILE = "run.json"
MEMBER_FILE = "member.json"


@dataclass(frozen=True)
class ProcessorCopy:
    """The processor file that made the dataset: where it was, the SHA-256 of its text, and its options."""

    path: str
    sha256: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class MemberInfo:
    """One member of a run: a model for one seed and, with folds, one fold.

    Attributes
    ----------
    seed : int
        Its seed.
    fold : int, optional
        Which fold it was not shown; None without folds.
    n_parameters : int
        Fitted parameters (of trees: leaves).
    best_epoch, n_epochs : int
        The epoch whose state was kept, and how many there were.
    seconds : float
        Wall time of the fit.
    """

    seed: int
    fold: int | None
    n_parameters: int
    best_epoch: int
    n_epochs: int
    seconds: float

    @property
    def name(self) -> str:
        """Folder under ``members/``; made here, so that no file can name another place."""
        return member_name(self.seed, self.fold)


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

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds, each once, in order."""
        return tuple(dict.fromkeys(member.seed for member in self.members))

    @property
    def n_folds(self) -> int:
        """Number of folds; 0 without folds."""
        return len({member.fold for member in self.members if member.fold is not None})


def member_name(seed: int, fold: int | None) -> str:
    """Return the name of a member.

    Examples
    --------
    >>> member_name(1, None), member_name(1, 0)
    ('seed1', 'fold0_seed1')
    """
    return f"seed{seed}" if fold is None else f"fold{fold}_seed{seed}"


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
    wanted = {(seed, fold) for seed in info.seeds for fold in folds}
    found = [(member.seed, member.fold) for member in info.members]
    if not found or len(found) != len(wanted) or set(found) != wanted:
        msg = f"it needs one member for each seed and fold, found {[member.name for member in info.members]}"
        raise ValueError(msg)
    return info


def write_member_info(folder: Path, info: MemberInfo) -> None:
    """Write ``member.json``; what makes a member complete, so it is written last."""
    write_text_atomic(folder / MEMBER_FILE, json.dumps(asdict(info), indent=1) + "\n")


def read_member_info(folder: Path) -> MemberInfo | None:
    """Return what `write_member_info` wrote; None where the member is not complete.

    Raises
    ------
    RunError
        The file is damaged.
    """
    path = folder / MEMBER_FILE
    try:
        return pydantic.TypeAdapter(MemberInfo).validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        msg = f"{path}: damaged ({' '.join(str(problem).split())[:120]}): remove {folder} and train again"
    raise RunError(msg)
