"""The learning rate as a function of the step, after a linear warm-up."""

from __future__ import annotations

import math

from hepml.recipe import Schedule


def learning_rate(
    schedule: Schedule, *, peak: float, step: int, steps_per_epoch: int, epochs: int, reductions: int
) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    schedule : Schedule
        Of the recipe.
    peak : float
        The optimiser's learning rate.
    step : int
        Counted from 0 over all epochs.
    steps_per_epoch, epochs : int
        Length of the whole training.
    reductions : int
        ``plateau``: how often the rate has been halved so far (see `Plateau`).

    Examples
    --------
    >>> cosine = Schedule(kind="cosine", warmup_epochs=1, final_fraction=0.1)
    >>> [round(learning_rate(cosine, peak=1.0, step=s, steps_per_epoch=2, epochs=3, reductions=0), 3) for s in range(6)]
    [0.5, 1.0, 0.868, 0.55, 0.232, 0.1]
    """
    warmup = schedule.warmup_epochs * steps_per_epoch
    if step < warmup:
        return peak * (step + 1) / warmup
    last = schedule.final_fraction
    done = (step - warmup + 1) / max(epochs * steps_per_epoch - warmup, 1)
    if schedule.kind == "cosine":
        return peak * (last + (1 - last) * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))
    if schedule.kind == "exponential":
        return float(peak * last ** min(done, 1.0))
    if schedule.kind == "inverse":
        return peak / (1 + (1 / last - 1) * min(done, 1.0))
    if schedule.kind == "plateau":
        return peak * max(0.5**reductions, last)
    return peak
