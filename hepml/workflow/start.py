"""The run that a training starts from: opened, checked against leaks of test events, and handed to each member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepml.contracts import Estimator, StartPlan, Transferable
from hepml.errors import RecipeError, RunError
from hepml.estimators import ESTIMATORS, estimator_class
from hepml.inference.loaded_run import load_run_member
from hepml.inference.member_info import MEMBER_FILE, MemberInfo
from hepml.inference.run_info import RunInfo, read_run_info
from hepml.inference.start_info import StartInfo
from hepml.recipe import Recipe, Split, Start
from hepml.workflow.processor_copy import sha256

_ABOUT = frozenset({MEMBER_FILE, "history.csv"})
"""Files of a member that are no weights."""


@dataclass(frozen=True)
class OpenedStart:
    """The other run, and how it is started from.

    Attributes
    ----------
    folder : Path
        Where it is.
    run : RunInfo
        What it knows about itself.
    options : Start
        Of the recipe.
    info : StartInfo
        What the new run is to remember.
    """

    folder: Path
    run: RunInfo
    options: Start
    info: StartInfo

    @property
    def plan(self) -> StartPlan:
        """What the estimator is told."""
        return StartPlan(
            freeze=self.options.freeze == "backbone",
            backbone_rate=self.options.backbone_rate,
            keep_normalisation=self.options.normalisation == "kept",
            keep_heads=self.options.heads == "kept",
        )

    def member(self, seed: int, fold: int | None, split: Mapping[str, Any]) -> MemberInfo:
        """Return the member to start from: of the same fold where both runs have the same split, and of this seed.

        Where there is no such fold or seed, it is the first.
        """
        same_split = plain_split(self.run.recipe["split"]) == split
        of_fold = [m for m in self.run.members if m.fold == (fold if same_split else self.run.members[0].fold)]
        return next((m for m in of_fold if m.seed == seed), of_fold[0])


def with_start(recipe: Recipe, model: str, start: Start | str | Path | None) -> Recipe:
    """Return the recipe with another run to start `model` from; a path leaves the recipe's options for it alone."""
    if start is None:
        return recipe
    spec = recipe.models[model]
    if not isinstance(start, Start):
        start = (spec.start or Start()).model_copy(update={"run": str(start)})
    return recipe.model_copy(update={"models": {**recipe.models, model: spec.model_copy(update={"start": start})}})


def read_start(recipe: Recipe, model: str) -> tuple[Path, RunInfo] | None:
    """Return the run that a model starts from, as far as the recipe alone can tell; None where it starts anew.

    Raises
    ------
    RecipeError
        The model cannot start from another run, or none is named.
    RunError
        There is no finished run, or it is one of another estimator.
    """
    spec = recipe.models[model]
    if spec.start is None:
        return None
    name, key = spec.estimator or model, f"models.{model}.start"
    if not _starts(name):
        able = " or ".join(repr(other) for other in ESTIMATORS if _starts(other))
        msg = f"{key}: {name!r} cannot start from another run, only networks can: leave it out, or use {able}"
        raise RecipeError(msg)
    if spec.start.run is None:
        msg = f"{key} names no run: set {key}.run to its folder, or give `hepml train --from RUN`"
        raise RecipeError(msg)
    folder = Path(spec.start.run).expanduser()
    run = read_run_info(folder)
    if run.estimator != name:
        msg = f"{key}: {folder} is a run of {run.estimator!r} and the model is {name!r}: use {run.estimator!r}"
        raise RunError(msg)
    return folder, run


def open_start(recipe: Recipe, model: str, *, dataset_digest: str) -> OpenedStart | None:
    """Return the run that a model starts from, or None; no test event has been seen by it, as far as can be known.

    Raises
    ------
    RecipeError, RunError
        As `read_start`; or the other run has seen events that this one is to be tested with.
    """
    found, options = read_start(recipe, model), recipe.models[model].start
    if found is None or options is None:
        return None
    folder, run = found
    info = StartInfo(
        name=run.name,
        estimator=run.estimator,
        dataset_digest=run.dataset_digest,
        split=plain_split(run.recipe["split"]),
        weights={member.name: _weights(folder / member.place) for member in run.members},
        options=options.model_dump(mode="json", exclude={"run"}),
        before=run.start,
    )
    _check_leaks(recipe, info, folder, dataset_digest)
    return OpenedStart(folder, run, options, info)


def start_member(start: OpenedStart, estimator: Estimator, member: MemberInfo) -> str:
    """Give `estimator` the backbone of a member of the other run; return what was done, in words.

    Raises
    ------
    RunError
        The two are not built alike, or the model file is missing or damaged.
    """
    if not isinstance(estimator, Transferable):
        raise TypeError(type(estimator))  # `read_start` has refused it
    try:
        kept = estimator.start_from(load_run_member(start.folder, start.run, member), start.plan)
    except RunError as problem:
        msg = f"cannot start from {start.folder}: {problem}"
        raise RunError(msg) from None
    heads = f"the head of {' and '.join(kept)}" if kept else "new heads"
    frozen = ", backbone frozen" if start.plan.freeze else ""
    digest = start.info.dataset_digest[:12]
    return f"starts from {start.info.name} {member.name} (dataset {digest}…), with {heads}{frozen}"


def _starts(estimator: str) -> bool:
    return issubclass(estimator_class(estimator), Transferable)


def _weights(folder: Path) -> str:
    """Return the SHA-256 of a member's model files."""
    try:
        return sha256(b"".join(p.read_bytes() for p in sorted(folder.iterdir()) if p.name not in _ABOUT))
    except OSError as problem:
        msg = f"{folder}: the model to start from cannot be read ({problem.strerror}): train that run again"
    raise RunError(msg)


def plain_split(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored split with the defaults of options that are younger than it."""
    return Split.model_validate(values).model_dump(mode="json")


def _check_leaks(recipe: Recipe, info: StartInfo, folder: Path, digest: str) -> None:
    """Refuse weights that have seen test events: those of the same dataset in another part, however long ago.

    With folds a member starts from that of the same fold; where a run with another split lies between, nobody knows
    which fold that was.
    """
    split, same_splits = recipe.split.model_dump(mode="json"), True
    for run in info.chain():
        same_splits = same_splits and plain_split(run.split) == split
        if run.dataset_digest != digest:
            continue
        if plain_split(run.split) != split or (recipe.split.folds and not same_splits):
            msg = (
                f"{folder}: {run.name} was trained on this dataset with another split, and has seen events that would "
                "be tested: start from a run with the same split, or of another dataset"
            )
            raise RunError(msg)
        if recipe.evaluation.learning_curve:
            msg = (
                f"{folder}: {run.name} has seen the whole training part of this dataset, and evaluation.learning_curve "
                "asks for trainings on fractions of it: leave that out"
            )
            raise RecipeError(msg)
