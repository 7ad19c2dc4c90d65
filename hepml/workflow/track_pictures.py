"""A few events of the test part as pictures of a track in layers of pixels, with what every run finds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Predictions
from hepml.datasets import Dataset
from hepml.inference import LoadedRun
from hepml.plots import TrackPicture
from hepml.recipe import Evaluation
from hepml.workflow.explain import read_events


def track_pictures(
    runs: Sequence[LoadedRun], tests: Sequence[Predictions], data: Dataset, evaluation: Evaluation
) -> list[TrackPicture]:
    """Return as many events as galleries have of each kind: the first ones, and those on which the runs differ most.

    None unless all runs say of the same layers which pixel is the track's, and the first reads the map of the pixels.

    Parameters
    ----------
    runs, tests : sequence of LoadedRun and of Predictions
        One each per run, of the same rows.
    data : Dataset
        Of the runs.
    evaluation : recipe.Evaluation
        Says how many, in ``gallery_events``.
    """
    array = _map_of(runs[0])
    if array is None or any(test.task.outputs != tests[0].task.outputs for test in tests):
        return []
    [output] = tests[0].task.outputs
    found = {test.run: test.outputs[output.name][..., 0] for test in tests}
    truth = tests[0].targets[output.name][..., 0]
    places = chosen_events(list(found.values()), evaluation.gallery_events)
    rows = tests[0].row[places]
    batch = read_events(runs[0], data, sorted(rows.tolist()))
    at = {row: index for index, row in enumerate(batch.row.tolist())}
    return [
        TrackPicture(
            f"row {row}",
            batch.inputs[array][at[row], ..., 0] > 0,
            truth[place].astype(np.float64),
            {run: values[place].astype(np.float64) for run, values in found.items()},
            int(tests[0].task.options.get("seed_items", 0)),
        )
        for place, row in zip(places, rows.tolist(), strict=True)
    ]


def chosen_events(found: Sequence[NDArray[np.float32]], n: int) -> NDArray[np.int64]:
    """Return the first n events, and those n others in which the runs differ on the largest number of items.

    Examples
    --------
    >>> one, other = np.zeros((5, 2)), np.array([[0, 0], [1, 0], [0, 0], [0, 1], [1, 1]])
    >>> chosen_events([one, other], 2).tolist()
    [0, 1, 4, 3]
    """
    values = np.stack(found)
    n_different = (values != values[0]).any(axis=0).sum(axis=1)
    first = np.arange(min(n, len(n_different)))
    order = np.argsort(-n_different, kind="stable")
    others = order[(order >= n) & (n_different[order] > 0)][:n]
    return np.concatenate([first, others]).astype(np.int64)


def _map_of(run: LoadedRun) -> str | None:
    """Return the array that holds the pixels of each layer, if the run reads such a one."""
    task = run.info.task
    if not task.per_item or task.outputs[0].judged != "choice":
        return None
    wanted = (*task.outputs[0].shape, 1)
    return next((name for name, spec in run.info.arrays.items() if tuple(spec.shape) == wanted), None)
