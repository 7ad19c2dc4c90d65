"""Heat maps of a run: each event by the fold that did not see it, the mean of its seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import RecipeError, RunError, nearest
from hepml.explain import (
    Explained,
    HeatMap,
    Method,
    explained_model,
    input_gradients,
    integrated_gradients,
    mean_heat_map,
    occlusion,
)
from hepml.inference import LoadedRun, MemberInfo

METHODS: tuple[Method, ...] = ("input_gradients", "integrated_gradients", "occlusion")


@dataclass(frozen=True)
class HeatMapOptions:
    """Which heat maps are made, and how.

    Attributes
    ----------
    methods : sequence of str, optional
        Of `METHODS`; default: all that the run's models have: only networks have slopes.
    steps : int
        Of `integrated_gradients`.
    patch, stride : int, optional
        Of `occlusion`.
    """

    methods: Sequence[Method] | None = None
    steps: int = 64
    patch: int | None = None
    stride: int | None = None

    def __post_init__(self) -> None:
        for method in self.methods or ():
            if method not in METHODS:
                msg = f"there is no heat map by {method!r}: {nearest(method, METHODS)}"
                raise RecipeError(msg)


@dataclass(frozen=True)
class RunHeatMaps:
    """A run as something that can be explained; what is compiled of its members is kept for the next events.

    Attributes
    ----------
    run : LoadedRun
        One that reads images.
    options : HeatMapOptions
        Which maps.

    Raises
    ------
    RunError
        The run reads no image.
    """

    run: LoadedRun
    options: HeatMapOptions = field(default_factory=HeatMapOptions)
    _kept: dict[str, Explained] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        roles = {name: spec.role for name, spec in self.run.info.arrays.items()}
        if "image" not in roles.values():
            msg = f"{self.run.folder}: heat maps are drawn on images, and the run reads {roles}: choose another run"
            raise RunError(msg)

    def of(
        self, inputs: Mapping[str, NDArray[Any]], fold: NDArray[np.int64], which: NDArray[np.int64]
    ) -> list[list[HeatMap]]:
        """Return the heat maps of each event, one per method.

        Parameters
        ----------
        inputs : mapping of str to array, shape (n, …)
            Batch arrays.
        fold : array of int, shape (n,)
            Which fold explains each event (see `unseen_fold`); not read where the run has no folds.
        which : array of int, shape (n,)
            Of each event which of `explained_names`.

        Raises
        ------
        RunError
            Slopes are asked for and the models have none.
        """
        by_event: list[list[HeatMap]] = [[] for _ in which]
        for rows, members in self._groups(fold):
            of_rows = {name: inputs[name][rows] for name in self.run.info.arrays}
            for method in self._methods(members[0]):
                by_seed = [self._maps(method, member, of_rows, which[rows]) for member in members]
                for row, maps in zip(rows, zip(*by_seed, strict=True), strict=True):
                    by_event[row].append(mean_heat_map(maps))
        return by_event

    def _groups(self, fold: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], list[MemberInfo]]]:
        """Return rows and the members that explain them, one per seed."""
        members = self.run.info.members
        if not self.run.info.n_folds:
            return [(np.arange(len(fold)), list(members))] if len(fold) else []
        return [
            (np.flatnonzero(fold == each), [member for member in members if member.fold == each])
            for each in np.unique(fold)
        ]

    def _methods(self, member: MemberInfo) -> Sequence[Method]:
        if self.options.methods is not None:
            return self.options.methods
        return METHODS if self._explained(member).gradients else ("occlusion",)

    def _maps(
        self, method: Method, member: MemberInfo, inputs: Mapping[str, NDArray[Any]], which: NDArray[np.int64]
    ) -> list[HeatMap]:
        explained, arrays, options = self._explained(member), self.run.info.arrays, self.options
        if method == "input_gradients":
            return input_gradients(explained, inputs, arrays, which)
        if method == "integrated_gradients":
            return integrated_gradients(explained, inputs, arrays, which, steps=options.steps)
        return occlusion(explained, inputs, arrays, which, patch=options.patch, stride=options.stride)

    def _explained(self, member: MemberInfo) -> Explained:
        if member.name not in self._kept:
            self._kept[member.name] = explained_model(self.run.models[member.name], self.run.info.task)
        return self._kept[member.name]
