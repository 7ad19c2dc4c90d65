"""The part of predictions that outputs per item can be judged by: items with a true value, and what was predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import OutputSpec, Predictions
from hepml.errors import DatasetError, RunError
from hepml.evaluation.checks import check_weight
from hepml.evaluation.linearised import Linearised


@dataclass(frozen=True)
class ItemSample:
    """Events of one run in one part of the dataset, with up to `length` items each.

    Attributes
    ----------
    run, part : str
        Where they are from.
    spec : OutputSpec
        The output that is judged.
    truth : array of float64, shape (n, length, target_size)
        True values.
    known : array of bool, shape (n, length)
        Whether an item counts: it is real, its values are not missing and, where it is one of so many places, a place.
    weight : array of float64, shape (n,)
        Signed weight of each event.
    spectators : mapping of str to array, shape (n,)
        To select by.
    row : array of int64, shape (n,)
        Row number in the dataset.
    predicted : mapping of str or None to array, shape (n, *judged_shape)
        By member; None: their average.
    seed_items : int
        How many of the first items of the target are known beforehand.
    """

    run: str
    part: str
    spec: OutputSpec
    truth: NDArray[np.float64]
    known: NDArray[np.bool_]
    weight: NDArray[np.float64]
    spectators: Mapping[str, NDArray[Any]]
    row: NDArray[np.int64]
    predicted: Mapping[str | None, NDArray[np.float32]]
    seed_items: int

    @property
    def ahead(self) -> int:
        """By how many items the target of an output is ahead of it."""
        return int(self.spec.loss_options.get("ahead", 0))

    @property
    def features(self) -> tuple[str, ...]:
        """What is predicted of an item."""
        return tuple(self.spec.loss_options["feature_names"])

    def select(self, mask: NDArray[np.bool_]) -> ItemSample:
        """Return the events where `mask` is true."""
        return replace(
            self,
            truth=self.truth[mask],
            known=self.known[mask],
            weight=self.weight[mask],
            spectators={name: values[mask] for name, values in self.spectators.items()},
            row=self.row[mask],
            predicted={member: values[mask] for member, values in self.predicted.items()},
        )


@dataclass(frozen=True)
class CountedItems:
    """The m items that figures are made of, one after the other, and what each of n events has in them.

    Items of one event fluctuate together: errors are those of events.

    Attributes
    ----------
    chosen : array of bool, shape (n, length)
        Which they are.
    event : array of int64, shape (m,)
        Of each item.
    share : array of float64, shape (m,)
        w/Σw over items, w being the weight of the item's event.
    event_share : array of float64, shape (n,)
        Their sums by event.
    """

    chosen: NDArray[np.bool_]
    event: NDArray[np.int64]
    share: NDArray[np.float64]
    event_share: NDArray[np.float64]

    @classmethod
    def of(cls, chosen: NDArray[np.bool_], weight: NDArray[np.float64]) -> CountedItems | None:
        """Return the chosen items; None where their Σw is not positive."""
        event = np.nonzero(chosen)[0]
        total = float(weight[event].sum())
        if not total > 0:
            return None
        share = weight[event] / total
        event_share = np.bincount(event, weights=share, minlength=len(weight)).astype(np.float64)
        return cls(chosen, event, share, event_share)

    def by_event(self, figure: Linearised) -> Linearised:
        """Return a figure of items as one of events, with the mean influence of an event's items."""
        sums = np.bincount(self.event, weights=self.share * figure.influence, minlength=len(self.event_share))
        some = self.event_share != 0
        influence = np.divide(sums, self.event_share, out=np.zeros_like(sums), where=some)
        return Linearised(figure.value, influence, f"{figure.method}, by event")


def item_sample(predictions: Predictions) -> ItemSample:
    """Return the sample of a task with one output per item, checked.

    Raises
    ------
    RunError
        What the output is compared with is not among the predictions.
    DatasetError
        No item of any event has a true value, or a prediction is NaN or infinite where one has.
    """
    where = f"run {predictions.run!r}, part {predictions.part!r}"
    [spec] = predictions.task.kept
    if spec.name not in predictions.targets:
        msg = f"{where}: nothing is there to compare {spec.name!r} with: predict with the dataset of the training"
        raise RunError(msg)
    truth = np.asarray(predictions.targets[spec.name], np.float64)
    known = np.asarray(np.isfinite(truth).all(axis=-1))
    if spec.judged == "choice":
        known &= (truth[..., 0] >= 0) & (truth[..., 0] < spec.size)
    if not known.any():
        msg = f"{where}: no item of the {predictions.n} events has a true value: evaluate where the truth is known"
        raise DatasetError(msg)
    outputs: dict[str | None, Mapping[str, NDArray[Any]]] = {None: predictions.outputs}
    outputs.update(predictions.members.items())
    return ItemSample(
        run=predictions.run,
        part=predictions.part,
        spec=spec,
        truth=truth,
        known=known,
        weight=check_weight(predictions.weight, n=predictions.n),
        spectators=predictions.spectators,
        row=predictions.row,
        predicted={
            member: _finite(columns[spec.name], known, f"{where}, {member or 'average'}")
            for member, columns in outputs.items()
        },
        seed_items=int(predictions.task.options.get("seed_items", 0)),
    )


def _finite(values: NDArray[Any], known: NDArray[np.bool_], where: str) -> NDArray[np.float32]:
    bad = int((~np.isfinite(values[known])).any(axis=-1).sum())
    if bad:
        msg = (
            f"{where}: {bad} of {int(known.sum())} items have a NaN or infinite prediction: train with a smaller "
            "learning rate, or look for extreme inputs"
        )
        raise DatasetError(msg)
    return np.asarray(values, np.float32)
