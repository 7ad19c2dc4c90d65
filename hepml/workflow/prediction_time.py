"""How long one model takes to score an event."""

from __future__ import annotations

import time

from hepml.contracts import Batch
from hepml.inference import LoadedRun

TIMED_EVENTS = 2_000
"""How many events to score where no more are at hand."""

_PASSES = 2


def predict_microseconds(run: LoadedRun, sample: Batch) -> float:
    """Return the wall time per event of the first member, in batches as in an evaluation; the shortest of two passes.

    Reading and decoding of events do not count, nor does the first use of the model.
    """
    model = run.models[run.info.members[0].name]
    inputs = {name: sample.inputs[name] for name in run.info.arrays}
    model.predict(inputs)
    seconds = []
    for _ in range(_PASSES):
        started = time.perf_counter()
        model.predict(inputs)
        seconds.append(time.perf_counter() - started)
    return min(seconds) / sample.n * 1e6
