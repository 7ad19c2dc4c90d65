"""Under which conditions examples are generated: drawn, or those of other examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Representation, batch_name
from hepml.errors import RecipeError, RunError, nearest
from hepml.inference import LoadedRun, RunInfo
from hepml.processing import ProcessorModule
from hepml.representations import Table
from hepml.representations.table_columns import Column
from hepml.workflow.condition_spectrum import Spectrum, check_energies, draw_energies

PARTICLE = "particle"
_ROUNDING = 1e-6

Columns = dict[str, NDArray[Any]]


class GivenConditions(ABC):
    """Where conditions come from."""

    @abstractmethod
    def draw(self, first: int, n: int, rng: np.random.Generator) -> Columns:
        """Return the conditions of examples `first` to `first` + `n` − 1, by column, in the numbers of the input."""

    @property
    @abstractmethod
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Lowest and highest value of each column that has an order."""


@dataclass(frozen=True)
class DrawnConditions(GivenConditions):
    """Energies of a spectrum; each of `kinds` equally often; what else there is at one value.

    Attributes
    ----------
    energy : str
        The column that is the energy.
    low, high, spectrum, index
        As for `draw_energies`.
    kinds : mapping of str to sequence of int
        By column of categories, those that are drawn.
    fixed : mapping of str to float
        By column, its value.
    """

    energy: str
    low: float
    high: float
    spectrum: Spectrum
    index: float
    kinds: Mapping[str, Sequence[int]]
    fixed: Mapping[str, float]

    def draw(self, first: int, n: int, rng: np.random.Generator) -> Columns:  # noqa: ARG002
        """Return drawn conditions."""
        energies = draw_energies(n, low=self.low, high=self.high, spectrum=self.spectrum, index=self.index, rng=rng)
        return {
            self.energy: energies,
            **{name: rng.choice(np.asarray(codes), size=n) for name, codes in self.kinds.items()},
            **{name: np.full(n, value) for name, value in self.fixed.items()},
        }

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Of the energy and of what is fixed."""
        return {self.energy: (self.low, self.high), **{name: (each, each) for name, each in self.fixed.items()}}


@dataclass(frozen=True)
class SameConditions(GivenConditions):
    """Those of other examples, in their order, from the first again when all are used up."""

    columns: Mapping[str, NDArray[Any]]
    ordered: frozenset[str]

    def draw(self, first: int, n: int, rng: np.random.Generator) -> Columns:  # noqa: ARG002
        """Return the conditions of these examples."""
        rows = (first + np.arange(n)) % len(next(iter(self.columns.values())))
        return {name: values[rows] for name, values in self.columns.items()}

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Of the columns with an order."""
        return {name: (float(v.min()), float(v.max())) for name, v in self.columns.items() if name in self.ordered}


def condition_tables(run: LoadedRun) -> dict[str, Table]:
    """Return the tables of conditions of a run, by input.

    Raises
    ------
    RunError
        One is no table.
    """
    found: dict[str, Representation] = {name: run.representations[name] for name in run.info.task.conditions}
    other = [name for name, each in found.items() if not isinstance(each, Table)]
    if other:
        msg = f"{run.folder}: conditions {other} are no tables, so that they cannot be given by value: generate by hand"
        raise RunError(msg)
    return {name: each for name, each in found.items() if isinstance(each, Table)}


def drawn_conditions(
    run: LoadedRun,
    module: ProcessorModule,
    *,
    energies: tuple[float, float] | None,
    spectrum: Spectrum,
    index: float,
    particle: str | None,
    fixed: Mapping[str, float],
) -> DrawnConditions:
    """Return conditions to draw from; without energies those of the training.

    Raises
    ------
    RecipeError
        Energies are not given and not known, a value is missing or of no condition, or there is no such particle.
    """
    energy = str(run.info.task.options["energy"])
    columns = {column.name: column for table in condition_tables(run).values() for column in table.options.columns}
    limits = energies or run.info.condition_ranges.get(energy)
    if limits is None:
        msg = f"{run.folder}: the energies of its training are not known: give --energies LOW HIGH"
        raise RecipeError(msg)
    check_energies(*limits)
    kinds = {name: column.categories for name, column in columns.items() if column.categories}
    if particle is not None:
        kinds[PARTICLE] = (_code(particle, kinds, module, run.info),)
    free = [name for name in columns if name not in kinds and name != energy]
    _check_fixed(fixed, free, columns)
    return DrawnConditions(energy, *limits, spectrum, index, kinds, fixed)


def _check_fixed(fixed: Mapping[str, float], free: Sequence[str], columns: Mapping[str, Column]) -> None:
    for name in fixed:
        if name not in free:
            msg = f"--condition {name}: the run has no such condition to give a value: {nearest(name, free)}"
            raise RecipeError(msg)
    missing = [f"{name} [{columns[name].unit}]" for name in free if name not in fixed]
    if missing:
        msg = f"the run has further conditions, {', '.join(missing)}: give each, --condition NAME=VALUE, or --like FILE"
        raise RecipeError(msg)


def _code(particle: str, kinds: Mapping[str, Sequence[int]], module: ProcessorModule, info: RunInfo) -> int:
    """Return the code of a particle that is given by its name in the processor's options, or by the code itself."""
    codes = kinds.get(PARTICLE, ())
    options = module.options(info.processor.options)
    names = {str(name): int(code) for code, name in dict(getattr(options, "particles", {})).items()}
    known = {name: code for name, code in names.items() if code in codes} | {str(code): code for code in codes}
    if particle not in known:
        if not known:
            msg = f"--particle {particle}: the run has been trained on one particle alone: leave it out"
            raise RecipeError(msg)
        msg = f"--particle {particle}: the run knows none of this name: {nearest(particle, known)}"
        raise RecipeError(msg)
    return known[particle]


def refuse_outside(conditions: GivenConditions, info: RunInfo) -> None:
    """Refuse conditions that the training part did not have.

    The range of n random values falls short of that of their distribution by some 1/n of it at either end, so that five
    times as much is allowed.

    Raises
    ------
    RecipeError
        Names the condition, what is wanted and the range of the training.
    """
    for name, (low, high) in conditions.ranges.items():
        if name not in info.condition_ranges:
            continue
        least, most = info.condition_ranges[name]
        room = 5 * (most - least) / max(info.rows.get("train", 1), 1) + _ROUNDING * max(abs(least), abs(most))
        if low < least - room or high > most + room:
            msg = (
                f"{name} from {low:g} to {high:g} is outside of the training of {info.name}, {least:g} to {most:g}: "
                "stay inside, or allow it with --outside"
            )
            raise RecipeError(msg)


def as_arrays(tables: Mapping[str, Table], columns: Columns) -> dict[str, NDArray[Any]]:
    """Return the batch arrays of conditions."""
    given = ak.zip(columns, depth_limit=1)
    return {
        batch_name(name, suffix): array
        for name, table in tables.items()
        for suffix, array in table.decode(table.encode(given)).items()
    }
