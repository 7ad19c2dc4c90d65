"""Which conditions a generator has been trained under."""

from __future__ import annotations

import numpy as np

from hepml.contracts import TaskSpec
from hepml.datasets import Dataset
from hepml.recipe import Recipe


def condition_ranges(data: Dataset, task: TaskSpec, recipe: Recipe) -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest value of each condition in the training part, codes of categories left out.

    Empty for tasks without conditions.

    Raises
    ------
    DatasetError
        A shard is missing or damaged.
    """
    if not task.conditions:
        return {}
    found: dict[str, tuple[float, float]] = {}
    arrays = data.arrays(list(task.conditions))
    source = data.source(
        "train",
        inputs=list(task.conditions),
        fold=0 if recipe.split.folds else None,
        training=False,
        weights=recipe.weights,
        split=recipe.split,
        seed=0,
    )
    for batch in source.ordered():
        for name, spec in arrays.items():
            for place, feature in enumerate(spec.features):
                if not any(spec.categories[place : place + 1]):
                    values, column = batch.inputs[name][:, place], feature.split(" [")[0]
                    low, high = found.get(column, (np.inf, -np.inf))
                    found[column] = (min(low, float(values.min())), max(high, float(values.max())))
    return found
