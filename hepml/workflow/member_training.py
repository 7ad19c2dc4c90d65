"""One member of a run: fitted, and written into the run's folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hepml.contracts import ArraySpec, BatchSource, Epoch, Estimator, FitPlan, TaskSpec
from hepml.datasets import Dataset
from hepml.estimators import build_estimator, save_member
from hepml.inference.member_info import MemberInfo, member_name, member_place, read_member_info, write_member_info
from hepml.recipe import Model, Recipe, training_of
from hepml.workflow.progress import Progress, Step
from hepml.workflow.run_folder import WantedMember
from hepml.workflow.start import OpenedStart, start_member
from hepml.workflow.tree_models import WITHOUT_EPOCHS

CHECKPOINTS = "checkpoints"


@dataclass(frozen=True)
class Job:
    """What is the same for all members."""

    recipe: Recipe
    name: str
    data: Dataset
    task: TaskSpec
    arrays: dict[str, ArraySpec]
    start: OpenedStart | None = None

    @property
    def model(self) -> Model:
        """The model of the recipe that is trained."""
        return self.recipe.models[self.name]


def train_member(job: Job, folder: Path, wanted: WantedMember, progress: Progress) -> MemberInfo:
    """Train one member and write it, unless it is there; an interrupted one goes on from its last epoch.

    Raises
    ------
    RecipeError, DatasetError, RunError, OutputError
    """
    home = folder / member_place(wanted.seed, wanted.fold, wanted.fraction)
    finished = read_member_info(home)
    if finished is not None:
        return finished
    key = job.model.estimator or job.name
    path = f"models.{job.name}.options"
    estimator = build_estimator(key, job.model.options, task=job.task, arrays=job.arrays, seed=wanted.seed, path=path)
    started_from = _start(job, estimator, wanted, progress)
    training = training_of(job.recipe, job.name)
    n_steps = None if key in WITHOUT_EPOCHS else training.epochs
    started = time.monotonic()
    train = _source(job, "train", wanted)
    validation = _source(job, "validation", wanted) if job.recipe.split.has_validation else None
    with progress.step(f"train {job.name} {_in_short(wanted)}", n_steps) as bar:
        plan = FitPlan(_checkpoint(folder, wanted), training, on_epoch=_shown_on(bar))
        history = estimator.fit(train, validation, plan)
    kept = history[-1] if training.keep == "last" else min(history, key=lambda e: e.figures[estimator.watched])
    info = _member_info(history, kept, wanted, estimator.n_parameters, train.n_rows, time.monotonic() - started)
    info = replace(info, started_from=started_from)
    save_member(home, estimator, history)
    write_member_info(home, info)
    progress.say(f"{job.name} {_in_short(wanted)}: {_in_words(info, kept, estimator.watched)}")
    return info


def _start(job: Job, estimator: Estimator, wanted: WantedMember, progress: Progress) -> str | None:
    """Let the estimator start from a member of another run, where one is asked for; return that member's name."""
    if job.start is None:
        return None
    member = job.start.member(wanted.seed, wanted.fold, job.recipe.split.model_dump(mode="json"))
    progress.say(f"{job.name} {_in_short(wanted)} {start_member(job.start, estimator, member)}")
    return member.name


def _source(job: Job, part: str, wanted: WantedMember) -> BatchSource:
    """Return a part; the validation part is the same for every fraction."""
    return job.data.source(
        part,
        inputs=list(dict.fromkeys([*job.model.inputs, *job.task.target_inputs])),
        spectators=job.task.spectators,
        fold=wanted.fold,
        fraction=wanted.fraction if part == "train" else None,
        training=True,
        weights=job.recipe.weights,
        split=job.recipe.split,
        seed=_mix(job.recipe.seed, wanted.seed),
    )


def _mix(recipe_seed: int, member_seed: int) -> int:
    """Give each member its own order of batches."""
    return recipe_seed * 1_000_003 + member_seed


def _checkpoint(folder: Path, wanted: WantedMember) -> Path:
    if wanted.fraction is None:
        return folder / CHECKPOINTS / member_name(wanted.seed, wanted.fold)
    return folder / CHECKPOINTS / member_place(wanted.seed, wanted.fold, wanted.fraction)


def _shown_on(bar: Step) -> Callable[[Epoch], None]:
    def show(epoch: Epoch) -> None:
        bar.advance(1, note=" ".join(f"{key} {value:.4g}" for key, value in epoch.figures.items()))

    return show


def _member_info(
    history: Sequence[Epoch], kept: Epoch, wanted: WantedMember, n_parameters: int, n_train: int, seconds: float
) -> MemberInfo:
    return MemberInfo(
        seed=wanted.seed,
        fold=wanted.fold,
        n_parameters=n_parameters,
        best_epoch=kept.index,
        n_epochs=len(history),
        seconds=seconds,
        n_train=n_train,
        fraction=wanted.fraction,
    )


def _in_short(wanted: WantedMember) -> str:
    name = member_name(wanted.seed, wanted.fold)
    return name if wanted.fraction is None else f"{name} on {wanted.fraction:.3g} of the training part"


def _in_words(info: MemberInfo, kept: Epoch, watched: str) -> str:
    name = watched if watched in kept.figures else "loss"
    what = f"{name.replace('_', ' ')} {kept.figures[name]:.4g}"
    return f"step {info.best_epoch + 1} of {info.n_epochs} is kept, {what}, {info.seconds:.1f} s"
