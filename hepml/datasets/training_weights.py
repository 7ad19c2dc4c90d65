"""Training weights: negative-weight policy, kinematic reweighting, class balance, and a mean of 1 over the part.

All but the policy are constants of a class and a bin of the reweighting, so they are found once and looked up by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.datasets.reweighting import Binning, reweighting_factors
from hepml.datasets.survey import Survey
from hepml.datasets.weights import policy_weight, sized
from hepml.errors import DatasetError, nearest
from hepml.recipe import Reweight, Weights


@dataclass(frozen=True)
class TrainingWeights:
    """From physics weights to training weights.

    Attributes
    ----------
    negative : str
        The negative-weight policy.
    binning : Binning
        Of the kinematic reweighting; one bin without it.
    factor : array of float64, shape (n_classes + 1, n_bins + 1)
        By class (the last: no label) and bin (the last: outside).
    training : str
        Whether training begins with the physics weights, or with their signs.
    """

    negative: str
    binning: Binning
    factor: NDArray[np.float64]
    training: str = "physics"

    def of(
        self,
        label: NDArray[np.int32],
        physics_weight: NDArray[np.float64],
        spectators: Mapping[str, NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Return the training weight of rows that `kept_rows` keeps, shape (n,)."""
        number = self.binning.number(spectators, n=len(label))
        return policy_weight(sized(physics_weight, self.training), self.negative) * self.factor[label, number]


def binning_of(reweight: Reweight | None) -> Binning:
    """Return the bins of the recipe's kinematic reweighting; one for all where there is none."""
    columns = reweight.columns if reweight else {}
    return Binning({name: np.asarray(edges, dtype=np.float64) for name, edges in columns.items()})


def training_weights(
    weights: Weights, *, part: str, classes: Sequence[str], of_part: Survey, of_training: Survey
) -> TrainingWeights:
    """Return the training weights of a part.

    Parameters
    ----------
    weights : Weights
        The recipe's.
    part : str
        Its name, for messages.
    classes : sequence of str
        Class names in label order.
    of_part, of_training : Survey
        Of the part (balance and scale) and of the training part (kinematic reweighting); made with this policy.

    Raises
    ------
    DatasetError
        A class without events, all weights zero, or a Σw that is not positive.
    """
    if of_part.sum_w2 == 0:
        msg = f"all weights of part {part!r} are zero: check the processor's weight and the input's `weight`"
        raise DatasetError(msg)
    binning = binning_of(weights.reweight)
    factor = np.ones_like(of_part.histogram)
    if weights.reweight is not None:
        reference = _reference(weights.reweight, classes)
        factor = reweighting_factors(of_training.histogram, binning, reference=reference)
    if weights.negative == "rebalance":
        factor = factor * _rebalance(of_part, part, classes)[:, None]
    sum_w = np.sum(of_part.histogram * factor, axis=1)
    if weights.balance == "classes" and classes:
        balance = _balance(of_part, sum_w, part, classes)
        factor, sum_w = factor * balance[:, None], sum_w * balance
    total, n_rows = float(sum_w.sum()), int(of_part.n.sum())
    if not total > 0:
        msg = f"Σw of part {part!r} is {total:g} and must be positive: set weights.negative to drop, abs or rebalance"
        raise DatasetError(msg)
    return TrainingWeights(weights.negative, binning, factor * (n_rows / total), weights.training)


def _reference(reweight: Reweight, classes: Sequence[str]) -> int | None:
    if reweight.to == "flat":
        return None
    if reweight.to not in classes:
        msg = f"weights.reweight.to is {reweight.to!r}, no class of the dataset: {nearest(reweight.to, classes)}"
        raise DatasetError(msg)
    return list(classes).index(reweight.to)


def _rebalance(survey: Survey, part: str, classes: Sequence[str]) -> NDArray[np.float64]:
    """Return the factor of each class that gives its rows with w ≥ 0 the Σw of all."""
    names = [*classes, "(no label)"]
    for name, n, signed in zip(names, survey.n, survey.sum_signed, strict=True):
        if n and not signed > 0:
            msg = f"class {name!r} has Σw = {signed:g} in part {part!r}: `rebalance` needs it positive; use drop or abs"
            raise DatasetError(msg)
    kept = survey.histogram.sum(axis=1)
    return np.divide(survey.sum_signed, kept, out=np.ones_like(kept), where=kept > 0)


def _balance(survey: Survey, sum_w: NDArray[np.float64], part: str, classes: Sequence[str]) -> NDArray[np.float64]:
    """Return the factor of each class that makes their Σw equal; rows without a label keep theirs."""
    for name, n, total, signed in zip(classes, survey.n, sum_w, survey.sum_signed, strict=False):
        if n == 0:
            msg = (
                f"class {name!r} has no events in part {part!r}{' but negative ones' if signed < 0 else ''}: "
                "process more events, change the split, or set weights.balance to none"
            )
            raise DatasetError(msg)
        if not total > 0:
            msg = (
                f"class {name!r} has Σw = {total:g} in part {part!r} and cannot be balanced: check its weights, "
                "or set weights.negative to drop, abs or rebalance"
            )
            raise DatasetError(msg)
    labelled = sum_w[:-1]
    return np.append(labelled.mean() / labelled, 1.0)
