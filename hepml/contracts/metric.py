"""Figures of merit and the curves behind the plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError


@dataclass(frozen=True)
class Metric:
    """One figure of merit with its uncertainty; one row of ``metrics.json``.

    Attributes
    ----------
    name : str
        Fixed by the function that computes it: ``"auc"``, ``"rejection_at_0.5"``, ….
    value, error : float
        NaN where undefined (written as null).
    method : str
        How the error was found: ``"delong"``, ``"binomial"``, ``"permutation"``, ….
    run, member, against : str, optional
        Which run; which seed or fold of it (None: the average of its members); the run it is compared with.
    class_, background : str, optional
        The class that counts as signal, and the one that counts as background (None: all others).
    output : str, optional
        Which output of the model, where it has several.
    part : str
        Part of the dataset.
    weights : str
        ``"physics"`` or ``"none"``.
    selection : str, optional
        The cut on spectators, if any.
    """

    name: str
    value: float
    error: float
    method: str
    run: str | None = None
    member: str | None = None
    against: str | None = None
    class_: str | None = None
    part: str = "test"
    weights: str = "physics"
    selection: str | None = None
    output: str | None = None
    background: str | None = None


@dataclass(frozen=True)
class Curve:
    """Points behind a plot: columns of equal length.

    Attributes
    ----------
    name : str
        ``"roc"``, ``"score_histogram"``, ``"training"``, ….
    columns : mapping of str to array
        Named with quantity and unit, e.g. ``signal_efficiency``, ``rejection``, ``rejection_error``.
    run, class_, part
        As for a `Metric`.
    """

    name: str
    columns: Mapping[str, NDArray[np.float64]]
    run: str | None = None
    member: str | None = None
    class_: str | None = None
    part: str = "test"
    labels: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            msg = f"curve {self.name!r} has columns of different lengths: {lengths}"
            raise ShapeError(msg)
