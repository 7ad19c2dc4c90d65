"""What a run says about the examples of a dataset part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts.task import TaskSpec


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
    outputs : mapping of str to array, shape (n, *OutputSpec.shape)
        The kept outputs by name.
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
    targets : mapping of str to array
        What the outputs are compared with, by output name, where that is neither the label nor a spectator.
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

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.row)
