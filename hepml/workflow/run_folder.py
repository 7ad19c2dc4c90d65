"""The folder of a run: begun with one recipe and dataset, and complete when its ``run.json`` is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepml.contracts import Manifest, TaskSpec
from hepml.datasets import Dataset
from hepml.errors import RunError
from hepml.estimators import model_spec
from hepml.inference.member_info import MemberInfo
from hepml.inference.run_info import (
    RUN_FILE,
    RUN_FORMAT,
    ProcessorCopy,
    RunInfo,
    read_run_info,
    write_run_info,
)
from hepml.inference.start_info import StartInfo
from hepml.io.folder import write_bytes_atomic, write_text_atomic
from hepml.recipe import Recipe, freeze_recipe, task_of, training_of
from hepml.workflow.condition_ranges import condition_ranges
from hepml.workflow.processor_copy import PROCESSOR_COPY, read_processor_copy, sha256

PLAN_FILE = "plan.json"
"""What decides the members, by part; written before the first."""

_PACKAGES = ("hepml", "keras", "scikit-learn", "numpy", "awkward", "uproot", "coffea")


@dataclass(frozen=True)
class WantedMember:
    """One model that is to be trained; with a fraction of the training part, for the learning curve."""

    seed: int
    fold: int | None
    fraction: float | None = None


def plan_of_run(recipe: Recipe, model: str, manifest: Manifest, start: StartInfo | None = None) -> dict[str, str]:
    """Return the hash of everything that decides what a member becomes, by part.

    How many seeds there are does not, nor where the run is that networks start from: its weights do.
    """
    spec = recipe.models[model]
    scales = [[summary.name, summary.label, summary.cross_section, summary.factor] for summary in manifest.inputs]
    representations = {name: asdict(value) for name, value in manifest.representations.items()}
    parts: Mapping[str, Any] = {
        "dataset": [manifest.digest, manifest.classes, scales, representations],
        "model": [model, spec.model_dump(mode="json", exclude={"seeds", "training", "task", "start"})],
        "training": [training_of(recipe, model).model_dump(mode="json"), recipe.seed],
        "split": recipe.split.model_dump(mode="json"),
        "weights": recipe.weights.model_dump(mode="json"),
        "task": task_of(recipe, model).model_dump(mode="json"),
        "version of hepml": version("hepml"),
    }
    if start is not None:
        parts = {**parts, "start": asdict(start)}
    return {part: sha256(json.dumps(value, sort_keys=True).encode()) for part, value in parts.items()}


def finished_run(
    folder: Path, plan: Mapping[str, str], recipe: Recipe, wanted: Sequence[WantedMember]
) -> RunInfo | None:
    """Return the run if it is there, with just these members and this recipe; nothing is written.

    Raises
    ------
    RunError
        The folder was begun with something else.
    """
    if not _begun(folder, plan) or not (folder / RUN_FILE).exists():
        return None
    info = read_run_info(folder)
    members = [WantedMember(m.seed, m.fold, m.fraction) for m in (*info.members, *info.learning)]
    return info if members == list(wanted) and info.recipe == freeze_recipe(recipe) else None


def begin_run(folder: Path, plan: Mapping[str, str]) -> None:
    """Write what decides the members of a run, or see that the folder was begun with it.

    Raises
    ------
    RunError
        The folder was begun with something else.
    OutputError
        The folder cannot be written.
    """
    if not _begun(folder, plan):
        write_text_atomic(folder / PLAN_FILE, json.dumps(plan, indent=1) + "\n")


def finish_run(
    folder: Path,
    recipe: Recipe,
    model: str,
    data: Dataset,
    task: TaskSpec,
    members: tuple[MemberInfo, ...],
    *,
    start: StartInfo | None = None,
) -> RunInfo:
    """Write the copy of the processor file and, last, ``run.json``.

    Raises
    ------
    DatasetError
        The dataset has no copy of its processor file.
    OutputError
        The folder cannot be written.
    """
    processor = read_processor_copy(data.folder)
    made_with = data.manifest.recipe["processor"]
    spec = recipe.models[model]
    estimator = spec.estimator or model
    arrays = model_spec(estimator, spec.options, task=task, arrays=data.arrays(spec.inputs), seed=spec.seeds[0]).arrays
    info = RunInfo(
        format=RUN_FORMAT,
        name=model,
        estimator=estimator,
        options=spec.options,
        task=task,
        representations={key: data.manifest.representations[key] for key in spec.inputs},
        arrays=arrays,
        dataset_digest=data.manifest.digest,
        processor=ProcessorCopy(made_with["file"], sha256(processor), made_with["options"]),
        recipe=freeze_recipe(recipe),
        versions={package: version(package) for package in _PACKAGES},
        rows={part: data.n_rows(part, recipe.split) for part in data.parts(recipe.split)},
        members=tuple(member for member in members if member.fraction is None),
        learning=tuple(member for member in members if member.fraction is not None),
        keys=tuple(data.manifest.keys),
        start=start,
        condition_ranges=condition_ranges(data, task, recipe),
    )
    write_bytes_atomic(folder / PROCESSOR_COPY, processor)
    write_run_info(folder, info)
    return info


def _begun(folder: Path, plan: Mapping[str, str]) -> bool:
    """Return whether the folder was begun with this plan, or not at all."""
    marker = folder / PLAN_FILE
    if not marker.exists():
        return False
    before = _read_plan(marker)
    different = [part for part in dict.fromkeys([*plan, *before]) if plan.get(part) != before.get(part)]
    if different:
        msg = (
            f"{folder}: holds a run of another {' and '.join(different)}: choose another folder, or remove this one to "
            "train again"
        )
        raise RunError(msg)
    return True


def _read_plan(marker: Path) -> Mapping[str, str]:
    try:
        return dict(json.loads(marker.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        msg = f"{marker}: damaged ({' '.join(str(problem).split())}): remove this folder and train again"
    raise RunError(msg)
