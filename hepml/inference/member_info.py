"""What a run knows about one of its members, and where that is: ``member.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pydantic

from hepml.errors import RunError
from hepml.io.folder import write_text_atomic

MEMBER_FILE = "member.json"
MEMBERS, LEARNING = "members", "learning"
"""Folders of a run: with one folder per member, and with one per fraction of the learning curve."""


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
    n_train : int, optional
        Rows that it was trained on; None in runs of older versions.
    fraction : float, optional
        Of the training part, for a point of the learning curve; None: all of it.
    started_from : str, optional
        Name of the member of another run whose backbone it started from.
    """

    seed: int
    fold: int | None
    n_parameters: int
    best_epoch: int
    n_epochs: int
    seconds: float
    n_train: int | None = None
    fraction: float | None = None
    started_from: str | None = None

    @property
    def name(self) -> str:
        """Its name among those of one fraction."""
        return member_name(self.seed, self.fold)

    @property
    def place(self) -> Path:
        """Its folder in that of the run; made here, so that no file can name another place."""
        return member_place(self.seed, self.fold, self.fraction)


def member_name(seed: int, fold: int | None) -> str:
    """Return the name of a member.

    Examples
    --------
    >>> member_name(1, None), member_name(1, 0)
    ('seed1', 'fold0_seed1')
    """
    return f"seed{seed}" if fold is None else f"fold{fold}_seed{seed}"


def member_place(seed: int, fold: int | None, fraction: float | None) -> Path:
    """Return the folder of a member, relative to that of the run.

    Examples
    --------
    >>> member_place(1, None, None).as_posix(), member_place(1, 0, 0.25).as_posix()
    ('members/seed1', 'learning/0.25/fold0_seed1')
    """
    top = Path(MEMBERS) if fraction is None else Path(LEARNING, f"{fraction:g}")
    return top / member_name(seed, fold)


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
