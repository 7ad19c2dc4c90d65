"""The most confident right and wrong events of a classification, as pictures, some of them with heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Predictions, TaskSpec
from hepml.datasets import Dataset
from hepml.explain import explained_outputs, explained_values, n_classes_explained
from hepml.inference import LoadedRun
from hepml.plots import EventPicture
from hepml.recipe import Evaluation
from hepml.workflow.event_pictures import answers_of, event_picture
from hepml.workflow.explain import ExplainedEvent, explained_events, read_events
from hepml.workflow.progress import Progress
from hepml.workflow.run_heat_maps import RunHeatMaps


@dataclass(frozen=True)
class Gallery:
    """Events of one true class as one run sees them, the most confident first.

    Attributes
    ----------
    run, class_ : str
        Which.
    right, wrong : tuple of EventPicture
        Those that it takes for what they are, and for something else.
    explained : tuple of ExplainedEvent
        Some of both, in turns, with heat maps of the class that the run sees in them.
    """

    run: str
    class_: str
    right: tuple[EventPicture, ...]
    wrong: tuple[EventPicture, ...]
    explained: tuple[ExplainedEvent, ...]


@dataclass(frozen=True)
class ChosenRows:
    """Row numbers in the dataset of one true class, the most confident first."""

    right: tuple[int, ...]
    wrong: tuple[int, ...]

    def in_turns(self, n: int) -> list[int]:
        """Return n of them: right, wrong, right, …, as long as there are some."""
        longest = max(len(self.right), len(self.wrong))
        turns = [
            row for place in range(longest) for rows in (self.right, self.wrong) for row in rows[place : place + 1]
        ]
        return turns[:n]


def galleries(
    run: LoadedRun, test: Predictions, data: Dataset, evaluation: Evaluation, progress: Progress
) -> list[Gallery]:
    """Return one gallery for each class, of a classification run that reads images; else none.

    Events are read again, these few alone.

    Parameters
    ----------
    run : LoadedRun
        The run.
    test : Predictions
        What it says about the test part.
    data : Dataset
        Its dataset.
    evaluation : recipe.Evaluation
        Says how many.
    progress : Progress
        Where a bar goes.
    """
    wanted = max(evaluation.gallery_events, evaluation.heat_maps)
    images = any(spec.role == "image" for spec in run.info.arrays.values())
    if not wanted or not images or not _tells_labels(run.info.task):
        return []
    chosen = {name: chosen_rows(test, label, wanted) for label, name in enumerate(test.task.classes)}
    maps, found = RunHeatMaps(run), []
    with progress.step(f"explain {run.info.name}", len(chosen)) as bar:
        for name, rows in chosen.items():
            if rows.right or rows.wrong:
                found.append(_gallery(maps, test, data, evaluation, name, rows))
            bar.advance(1, note=name)
    return found


def _tells_labels(task: TaskSpec) -> bool:
    """Return whether the first output is the class of an event."""
    return (
        not task.per_item
        and n_classes_explained(task) == len(task.classes) > 0
        and explained_outputs(task)[0].target == "label"
    )


def chosen_rows(test: Predictions, label: int, n: int) -> ChosenRows:
    """Return the n rows of a class with the highest scores of that class, and n with the highest of another one."""
    n_classes = n_classes_explained(test.task)
    values = explained_values(test.task, test.outputs)[:, :n_classes]
    best = values.argmax(axis=1)
    confidence = values[np.arange(test.n), best]

    def first(chosen: NDArray[np.bool_]) -> tuple[int, ...]:
        rows = np.flatnonzero(chosen)
        order = np.argsort(-confidence[rows], kind="stable")
        return tuple(test.row[rows[order[:n]]].tolist())

    of_class = test.label == label
    return ChosenRows(first(of_class & (best == label)), first(of_class & (best != label)))


def _gallery(
    maps: RunHeatMaps, test: Predictions, data: Dataset, evaluation: Evaluation, name: str, rows: ChosenRows
) -> Gallery:
    n = evaluation.gallery_events
    right, wrong = (_pictures(maps.run, test, data, each[:n]) for each in (rows.right, rows.wrong))
    with_maps = rows.in_turns(evaluation.heat_maps)
    by_row = {}
    if with_maps:
        by_row = {event.row: event for event in explained_events(maps, data, sorted(with_maps))}
    return Gallery(maps.run.info.name, name, right, wrong, tuple(by_row[row] for row in with_maps))


def _pictures(run: LoadedRun, test: Predictions, data: Dataset, rows: Sequence[int]) -> tuple[EventPicture, ...]:
    """Return events as pictures, in the order of `rows`."""
    if not rows:
        return ()
    order = sorted(rows)
    batch = read_events(run, data, order)
    place = np.searchsorted(test.row, batch.row)
    answers = answers_of(test.task, {name: values[place] for name, values in test.outputs.items()})
    spectators = list(data.manifest.spectators)
    by_row = {row: event_picture(run, batch, i, answers[i], spectators) for i, row in enumerate(order)}
    return tuple(by_row[row] for row in rows)
