"""Events of a dataset as pictures: their views, with what is known and what a run says above them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Batch, TaskSpec, batch_name
from hepml.explain import explained_names, explained_values, n_classes_explained
from hepml.inference import LoadedRun
from hepml.plots import EventPicture, EventView, axis_title
from hepml.workflow.mean_images import image_axes

MOST_VIEWS = 4
"""Views of an event that are drawn: more are not read."""


@dataclass(frozen=True)
class Answer:
    """What a run says about one event: the index of the class or target in `explained_names`, its name, its value.

    The value of a class is its probability.
    """

    index: int
    name: str
    value: float


def answers_of(
    task: TaskSpec, outputs: Mapping[str, NDArray[Any]], of: Sequence[int | None] | None = None
) -> list[Answer]:
    """Return for each event the class with the highest score, or the prediction of the first target.

    Parameters
    ----------
    task : TaskSpec
        What the outputs mean.
    outputs : mapping of str to array, shape (n, …)
        Of the run.
    of : sequence of int or None, optional
        For each event another class or target, as index in `explained_names`.
    """
    names, values = explained_names(task), explained_values(task, outputs)
    n_classes = n_classes_explained(task)
    found = []
    for row, of_row in enumerate(values):
        wanted = None if of is None else of[row]
        index = wanted if wanted is not None else int(of_row[:n_classes].argmax()) if n_classes else 0
        value = float(of_row[index])
        found.append(Answer(index, names[index], 1 / (1 + math.exp(-value)) if index < n_classes else value))
    return found


def event_picture(run: LoadedRun, batch: Batch, row: int, answer: Answer, spectators: Sequence[str]) -> EventPicture:
    """Return one event of a batch as a picture.

    Parameters
    ----------
    run : LoadedRun
        Whose images are shown, at most `MOST_VIEWS`.
    batch : Batch
        With its inputs, and spectators of `energy_of`.
    row : int
        Which event of the batch.
    answer : Answer
        What the run says.
    spectators : sequence of str
        Of the dataset.
    """
    task = run.info.task
    views = tuple(
        EventView(title, np.asarray(batch.inputs[name][row, ..., 0]), image_axes(spec))
        for name, (title, spec) in shown_views(run).items()
    )
    label = int(batch.label[row])
    truth = task.classes[label] if 0 <= label < len(task.classes) else None
    said = f"{answer.name} {answer.value:.3g}"
    first = said if truth is None else f"{truth}, seen as {said}" if n_classes_explained(task) else f"{truth}: {said}"
    details = [f"row {int(batch.row[row])}"]
    energy = energy_of(spectators)
    if energy is not None and np.isfinite(batch.spectators[energy][row]):
        details.insert(0, _with_unit(energy, float(batch.spectators[energy][row])))
    return EventPicture((first, ", ".join(details)), views)


def shown_views(run: LoadedRun) -> dict[str, tuple[str, ArraySpec]]:
    """Return the first images that a run reads, by batch array, with the names of their views."""
    names = view_names(run)
    images = {name: (names[name], spec) for name, spec in run.info.arrays.items() if spec.role == "image"}
    return dict(list(images.items())[:MOST_VIEWS])


def view_names(run: LoadedRun) -> dict[str, str]:
    """Return the name of the view of each batch array that a run reads; with its input's where it reads several.

    An input of one view has no name of its own: empty.
    """
    several = len(run.representations) > 1
    return {
        batch_name(key, suffix): batch_name(key, suffix) if several else suffix
        for key, representation in run.representations.items()
        for suffix in representation.arrays
    }


def energy_of(spectators: Sequence[str]) -> str | None:
    """Return the spectator that stands for an event's energy: the first that is called so, or is in GeV.

    Examples
    --------
    >>> energy_of(["n_hits", "nu_energy_gev"]), energy_of(["jet_eta", "jet_pt_gev"]), energy_of(["n_hits"])
    ('nu_energy_gev', 'jet_pt_gev', None)
    """
    named = [name for name in spectators if "energy" in name.lower().split("_")]
    in_gev = [name for name in spectators if name.lower().endswith("_gev")]
    return next(iter([*named, *in_gev]), None)


def _with_unit(name: str, value: float) -> str:
    """Return a number with its name and unit.

    Examples
    --------
    >>> _with_unit("nu_energy_gev", 2.345)
    'nu energy 2.35 GeV'
    """
    title, _, unit = axis_title(name).partition(" [")
    return f"{title} {value:.3g} {unit.removesuffix(']')}".rstrip()
