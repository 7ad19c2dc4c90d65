"""The tables of input variables as they are in the test part, and what is said about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hepml.contracts import ArraySpec, Batch, Curve, TaskSpec
from hepml.evaluation import input_curves
from hepml.workflow.sampled_rows import SampledRows

LARGEST_ROWS = 200_000
"""Rows of the test part that rankings and correlations are made of."""


class SampledTables:
    """Keeps some rows of the arrays that are tables.

    Parameters
    ----------
    arrays : mapping of str to ArraySpec
        By batch name; those of a role other than ``"table"`` are passed over.
    total : int
        Rows that will come.
    """

    def __init__(self, arrays: Mapping[str, ArraySpec], total: int) -> None:
        self._tables = {name: spec for name, spec in arrays.items() if spec.role == "table"}
        self._rows = SampledRows(total, LARGEST_ROWS, self._tables)

    def add(self, batch: Batch) -> None:
        """Take the next batch."""
        if self._tables:
            self._rows.add(batch)

    def curves(self, task: TaskSpec) -> list[Curve]:
        """Return the curves of each table; see `input_curves`."""
        sample = self._rows.joined()
        if sample is None:
            return []
        return [
            curve
            for name, spec in self._tables.items()
            if (numbers := _numbers(spec))
            for curve in input_curves(
                _only(sample, name, numbers), name, [spec.features[index] for index in numbers], task
            )
        ]


def _numbers(spec: ArraySpec) -> list[int]:
    """Return which features are numbers: the codes of a category have no order to rank or correlate by."""
    sizes = spec.categories or (0,) * len(spec.features)
    return [index for index, size in enumerate(sizes) if not size]


def _only(sample: Batch, name: str, features: list[int]) -> Batch:
    return replace(sample, inputs={name: sample.inputs[name][:, features]})
