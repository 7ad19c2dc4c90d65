"""``explain``: single events of a dataset, with heat maps of what a run's answers come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepml.contracts import Batch
from hepml.datasets import Dataset, open_dataset
from hepml.errors import RunError, nearest
from hepml.explain import HeatMap, Method, explained_names
from hepml.inference import LoadedRun, apply_members, average, check_dataset, load_run, unseen_fold
from hepml.plots import EventPicture, Figure, HeatPicture, Label, draw_event, draw_heat_maps
from hepml.workflow.event_pictures import answers_of, energy_of, event_picture
from hepml.workflow.run_heat_maps import HeatMapOptions, RunHeatMaps

_TITLES = {
    "input_gradients": "Input gradients",
    "integrated_gradients": "Integrated gradients",
    "occlusion": "Occlusion",
}


@dataclass(frozen=True)
class ExplainedEvent:
    """One event and what a run's answer comes from.

    Attributes
    ----------
    row : int
        Its number in the dataset.
    of : str
        The class whose logit is explained, or the target of a regression.
    picture : EventPicture
        Its views.
    maps : tuple of HeatMap
        One per method.
    """

    row: int
    of: str
    picture: EventPicture
    maps: tuple[HeatMap, ...]

    def draw(self, *, label: Label | None = None) -> Figure:
        """Return the figure of the event alone, or with its heat maps beside it."""
        if not self.maps:
            return draw_event(self.picture, label=label)
        arrays = list(self.maps[0].views)[: len(self.picture.views)]
        pictures = [
            HeatPicture(_TITLES[each.method], _content(each), tuple(each.views[name] for name in arrays))
            for each in self.maps
        ]
        return draw_heat_maps(self.picture, pictures, label=label)


def explain(
    run: LoadedRun | str | Path,
    dataset: Dataset | str | Path,
    rows: Sequence[int],
    *,
    of: str | None = None,
    methods: Sequence[Method] | None = None,
    steps: int = 64,
    patch: int | None = None,
    stride: int | None = None,
) -> list[ExplainedEvent]:
    """Return events with heat maps of a run that reads images, in the order of `rows`.

    Each event is explained by the fold that did not see it, with the mean of the seeds.

    Parameters
    ----------
    run, dataset : path, or loaded
        The run, and the dataset that it was trained on.
    rows : sequence of int
        Row numbers in the dataset, as in event displays and `Predictions.row`.
    of : str, optional
        The class or target that is explained; default: of each event the class that the run sees in it.
    methods : sequence of str, optional
        ``"input_gradients"``, ``"integrated_gradients"``, ``"occlusion"``; none: event displays alone.  Default: all
        that the run's model has.
    steps : int
        Of the integrated gradients.
    patch, stride : int, optional
        Side and distance of the squares of the occlusion, in pixels.

    Raises
    ------
    RunError
        The run reads no image, was trained on another dataset, or has no such class or slopes.
    DatasetError
        There is no such row.
    RecipeError
        An option cannot be.

    Examples
    --------
    ::

        [event] = hepml.workflow.explain("runs/cvn", "dataset", [42], of="nue")
        event.draw()
    """
    loaded = run if isinstance(run, LoadedRun) else load_run(run)
    data = dataset if isinstance(dataset, Dataset) else open_dataset(dataset)
    check_dataset(loaded, data)
    maps = RunHeatMaps(loaded, HeatMapOptions(methods, steps, patch, stride))
    order = sorted(set(rows))
    by_row = dict(zip(order, explained_events(maps, data, order, of=of), strict=True))
    return [by_row[row] for row in rows]


def explained_events(
    maps: RunHeatMaps, data: Dataset, rows: Sequence[int], *, of: str | None = None
) -> list[ExplainedEvent]:
    """Return the events of increasing row numbers; see `explain`."""
    run, task = maps.run, maps.run.info.task
    batch = read_events(run, data, rows)
    fold = unseen_fold(run.info, data.buckets(batch.row))
    outputs = average(task, apply_members(run, batch.inputs, fold))
    answers = answers_of(task, outputs, None if of is None else [_index(run, of)] * batch.n)
    which = np.array([answer.index for answer in answers], np.int64)
    found = [] if maps.options.methods == () else maps.of(batch.inputs, fold, which)
    spectators = list(data.manifest.spectators)
    return [
        ExplainedEvent(
            int(batch.row[i]),
            answer.name,
            event_picture(run, batch, i, answer, spectators),
            tuple(found[i]) if found else (),
        )
        for i, answer in enumerate(answers)
    ]


def read_events(run: LoadedRun, data: Dataset, rows: Sequence[int]) -> Batch:
    """Return the events with what a picture of them needs."""
    energy = energy_of(list(data.manifest.spectators))
    return data.read(
        np.asarray(rows, np.int64),
        inputs=list(run.info.representations),
        spectators=[] if energy is None else [energy],
    )


def _index(run: LoadedRun, of: str) -> int:
    names = explained_names(run.info.task)
    if of not in names:
        msg = f"{run.folder}: the run has no class or target {of!r}: {nearest(of, names)}"
        raise RunError(msg)
    return names.index(of)


def _content(heat_map: HeatMap) -> str:
    per = "per unit of pixel" if heat_map.method == "input_gradients" else "per pixel"
    return f"Logit of {heat_map.of} {per}"
