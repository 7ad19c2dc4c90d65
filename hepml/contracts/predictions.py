"""What a run says about the examples of a dataset part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts.task import TaskSpec

TEST_OF_FIRST_FOLD = "test_of_fold_0"
"""A part that runs with folds have beside train (that of fold 0) and test (all events): the test events of fold 0."""


def part_beside_train(parts: Iterable[str]) -> str:
    """Return the part whose events the models of the train part have not seen: what training is compared with.

    Examples
    --------
    >>> part_beside_train(["train", "test"]), part_beside_train(["train", "test", TEST_OF_FIRST_FOLD])
    ('test', 'test_of_fold_0')
    """
    return TEST_OF_FIRST_FOLD if TEST_OF_FIRST_FOLD in parts else "test"


@dataclass(frozen=True)
class Predictions:
    """Outputs of one run, averaged over its seeds, with the truth beside them; rows in dataset order.

    Attributes
    ----------
    run : str
        Name of the run.
    part : str
        ``"train"``, ``"validation"``, ``"test"``, ….
    task : TaskSpec
        What the outputs mean.
    outputs : mapping of str to array, shape (n, *OutputSpec.judged_shape)
        The kept outputs by name.  Of one that is judged by its choice: on the last axis the most probable place, and
        the probability of the true one (NaN where there is none).
    label : array of int32, shape (n,)
        Class index; −1 where there is none.
    weight : array of float64, shape (n,)
        Signed physics weight.
    spectators : mapping of str to array, shape (n,)
        Those that were asked for.
    row : array of int64, shape (n,)
        Row number in the dataset.
    members : mapping of str to mapping of str to array
        The same outputs member by member (``"seed1"``), before averaging.
    targets : mapping of str to array, shape (n, *OutputSpec.target_shape)
        What the outputs are compared with, by output name, where that is neither the label nor a spectator; NaN where
        there is nothing to compare with.
    """

    run: str
    part: str
    task: TaskSpec
    outputs: Mapping[str, NDArray[Any]]
    label: NDArray[np.int32]
    weight: NDArray[np.float64]
    spectators: Mapping[str, NDArray[Any]]
    row: NDArray[np.int64]
    members: Mapping[str, Mapping[str, NDArray[Any]]] = field(default_factory=dict)
    targets: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def select(self, mask: NDArray[np.bool_], *, part: str) -> Predictions:
        """Return the examples where `mask` is true, under the name of a part of their own."""
        return replace(
            self,
            part=part,
            outputs={name: values[mask] for name, values in self.outputs.items()},
            label=self.label[mask],
            weight=self.weight[mask],
            spectators={name: values[mask] for name, values in self.spectators.items()},
            row=self.row[mask],
            members={
                member: {name: values[mask] for name, values in outputs.items()}
                for member, outputs in self.members.items()
            },
            targets={name: values[mask] for name, values in self.targets.items()},
        )

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.row)
