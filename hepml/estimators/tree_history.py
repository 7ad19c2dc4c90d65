"""The history of a fit of boosted trees, one `Epoch` for each tree, and how many of them are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Epoch, FitPlan
from hepml.recipe import Training


def tell_history(
    losses: NDArray[np.float64], watched: NDArray[np.float64] | None, *, learning_rate: float, plan: FitPlan
) -> list[Epoch]:
    """Return the history of training and validation losses, if any, shape (n_trees,), after telling it to the plan."""
    columns = {"loss": losses} | ({} if watched is None else {"validation_loss": watched})
    history = [
        Epoch(i, {name: float(values[i]) for name, values in columns.items()} | {"learning_rate": learning_rate})
        for i in range(len(losses))
    ]
    for epoch in history:
        plan.on_epoch(epoch)
    return history


def n_trees_kept(losses: NDArray[np.float64], watched: NDArray[np.float64] | None, training: Training) -> int:
    """Return the number of trees that are kept: those up to the least validation loss, or all."""
    return len(losses) if watched is None or training.keep == "last" else int(np.argmin(watched)) + 1
