"""The history of a fit of boosted trees: one `Epoch` for each tree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Epoch, FitPlan


def tell_history(
    losses: NDArray[np.float64], watched: NDArray[np.float64], *, learning_rate: float, plan: FitPlan
) -> list[Epoch]:
    """Return the history of training and validation losses, shape (n_trees,), after telling it to the plan."""
    history = [
        Epoch(i, {"loss": float(loss), "validation_loss": float(seen), "learning_rate": learning_rate})
        for i, (loss, seen) in enumerate(zip(losses, watched, strict=True))
    ]
    for epoch in history:
        plan.on_epoch(epoch)
    return history
