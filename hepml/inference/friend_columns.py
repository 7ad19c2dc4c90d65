"""From the scores of a chunk to the columns of a friend tree, aligned with the input."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ObjectIndex
from hepml.errors import ShapeError
from hepml.inference.chunk_scores import ChunkScores


def friend_columns(chunk: ChunkScores, run_name: str) -> dict[str, Any]:
    """Return the columns of a friend tree for one chunk, with one entry per event.

    Parameters
    ----------
    chunk : ChunkScores
        Scores of the selected examples.
    run_name : str
        What the names of scores begin with.

    Returns
    -------
    dict
        ``selected`` (bool): whether the event has a score.  Where examples are events: each score by its branch name,
        float32, NaN where not selected.  Where they are objects: under `run_name` one record of jagged columns,
        aligned with the input collection: the scores, NaN where not selected, and ``selected`` (bool) object by object.

    Raises
    ------
    ShapeError
        As `places`.
    """
    place = places(chunk.index)
    counts = chunk.index.counts
    n_places = chunk.n_events if counts is None else int(np.sum(counts))
    scores = {name: _spread(values, place, n_places) for name, values in chunk.scores.items()}
    selected = np.zeros(chunk.n_events, np.bool_)
    selected[np.asarray(chunk.index.event)] = True
    if counts is None:
        return {"selected": selected, **scores}
    fields = {name.removeprefix(f"{run_name}_"): values for name, values in scores.items()}
    fields["selected"] = np.zeros(n_places, np.bool_)
    fields["selected"][place] = True
    jagged = {name: ak.unflatten(values, np.asarray(counts)) for name, values in fields.items()}
    return {"selected": selected, run_name: ak.zip(jagged)}


def places(index: ObjectIndex) -> NDArray[np.int64]:
    """Return the place of each example among all events of the chunk, or all objects of its collection.

    Raises
    ------
    ShapeError
        Two examples have the same place, so that a friend tree cannot hold both scores.

    Examples
    --------
    >>> places(ObjectIndex(np.array([0, 2]), np.array([1, 0]), np.array([2, 0, 3]))).tolist()
    [1, 2]
    """
    event = np.asarray(index.event, np.int64)
    place = event
    if index.counts is not None and index.object is not None:
        counts = np.asarray(index.counts, np.int64)
        place = (np.cumsum(counts) - counts)[event] + np.asarray(index.object, np.int64)
    n_twice = len(place) - len(np.unique(place))
    if n_twice:
        kind = "event" if index.counts is None else "object"
        msg = (
            f"{n_twice} of {len(place)} examples come from an {kind} that has one already, and a friend tree holds one "
            "score each: number them with ObjectIndex.object and .counts"
        )
        raise ShapeError(msg)
    return place


def _spread(values: NDArray[np.float32], place: NDArray[np.int64], n_places: int) -> NDArray[np.float32]:
    full = np.full(n_places, np.nan, np.float32)
    full[place] = values
    return full
