"""How many events of each class an experiment expects, and weights that say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError, RecipeError, nearest
from hepml.evaluation.labelled import LabelledScores
from hepml.recipe import Evaluation


def expected_yields(samples: Iterable[LabelledScores], evaluation: Evaluation) -> dict[str, float]:
    """Return the expected events per class: the recipe's, or Σw of the class over all events of the parts.

    Parameters
    ----------
    samples : iterable of LabelledScores
        The parts of one run; an event that is in several, as with folds, counts once.
    evaluation : recipe.Evaluation
        Its ``yields``.

    Raises
    ------
    RecipeError
        ``evaluation.yields`` lacks a class or names an unknown one.
    """
    parts = list(samples)
    classes = parts[0].task.classes
    if evaluation.yields is not None:
        check_yields(evaluation.yields, classes)
        return dict(evaluation.yields)
    _, first = np.unique(np.concatenate([part.row for part in parts]), return_index=True)
    label = np.concatenate([part.label for part in parts])[first]
    weight = np.concatenate([part.weight for part in parts])[first]
    return {name: float(weight[label == index].sum()) for index, name in enumerate(classes)}


def check_yields(yields: Mapping[str, float], classes: Collection[str]) -> None:
    """Refuse yields that lack a class or name an unknown one.

    Raises
    ------
    RecipeError
        Names the class, and the nearest known one.
    """
    for name in sorted(set(yields) ^ set(classes)):
        found = f"{name!r} is missing" if name in classes else f"{name!r} is no class: {nearest(name, classes)}"
        msg = f"evaluation.yields gives the expected events of every class, but {found}"
        raise RecipeError(msg)


def weight_to_yields(sample: LabelledScores, yields: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the weights, scaled so that those of each class sum to its yield; shape ``(n,)``.

    Raises
    ------
    DatasetError
        Those of a class sum to zero or less.
    """
    classes = sample.task.classes
    total = np.bincount(sample.label, weights=sample.weight, minlength=len(classes))
    for name, value in zip(classes, total.tolist(), strict=True):
        if value <= 0:
            msg = (
                f"run {sample.run!r}, part {sample.part!r}: the weights of class {name!r} sum to {value:.6g}, which "
                "cannot be scaled to an expected yield: change the split or the inputs"
            )
            raise DatasetError(msg)
    wanted = np.array([yields[name] for name in classes])
    return sample.weight * (wanted / total)[sample.label]
