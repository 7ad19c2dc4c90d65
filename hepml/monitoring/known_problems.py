"""Known problems: cells that everybody knows to be bad until a run, with who says so and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pydantic
import yaml
from numpy.typing import NDArray

from hepml.errors import InputError
from hepml.options import Options, validate_options

Index = Annotated[int, pydantic.Field(ge=0)]


class KnownProblem(Options):
    """One entry of the file of known problems."""

    histogram: str = pydantic.Field(min_length=1, description="Name of the map")
    cells: Literal["all"] | list[tuple[Index, Index]] | None = pydantic.Field(
        None, description="all, or [[row, column], …]"
    )
    rows: tuple[Index, Index] | None = pydantic.Field(None, description="First and last row, with columns")
    columns: tuple[Index, Index] | None = pydantic.Field(None, description="First and last column, with rows")
    from_run: int = pydantic.Field(1, ge=0, description="First run in which it counts")
    until_run: int = pydantic.Field(description="Last run in which it counts")
    who: str = pydantic.Field(min_length=1, description="Who says so")
    why: str = pydantic.Field(min_length=1, description="And why")

    @pydantic.model_validator(mode="after")
    def _fits(self) -> KnownProblem:
        if (self.cells is None) == (self.rows is None) or (self.rows is None) != (self.columns is None):
            msg = "say where: cells, or rows and columns"
            raise ValueError(msg)
        if self.until_run < self.from_run:
            msg = f"until_run {self.until_run} is before from_run {self.from_run}"
            raise ValueError(msg)
        return self

    def counts_in(self, run: int, histogram: str) -> bool:
        """Return whether it is about this histogram in this run."""
        return histogram == self.histogram and self.from_run <= run <= self.until_run

    def covers(self, cells: NDArray[np.int32], shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return which of the cells (row × columns + column) it is about."""
        if self.cells == "all":
            return np.ones(len(cells), np.bool_)
        rows, columns = np.divmod(cells, shape[1])
        if self.rows is not None and self.columns is not None:
            return np.asarray(_inside(rows, self.rows) & _inside(columns, self.columns))
        return np.isin(cells, [row * shape[1] + column for row, column in self.cells or () if column < shape[1]])


def _inside(places: NDArray[np.int32], ends: tuple[int, int]) -> NDArray[np.bool_]:
    return (places >= ends[0]) & (places <= ends[1])


def read_known_problems(path: str | Path) -> tuple[KnownProblem, ...]:
    """Return the problems that a YAML file lists.

    Raises
    ------
    InputError
        The file cannot be read, or an entry is not valid; names the entry and the key.
    """
    try:
        entries = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        msg = f"{path}: cannot be read as YAML ({' '.join(str(problem).split())[:120]}): check the file"
        raise InputError(msg) from None
    if not isinstance(entries, list):
        msg = f"{path}: known problems are a list, found {type(entries).__name__}: begin each entry with a dash"
        raise InputError(msg)
    return tuple(
        validate_options(KnownProblem, entry, path=f"[{index}]", source=str(path), error=InputError)
        for index, entry in enumerate(entries)
    )


def masking_problems(
    known: Sequence[KnownProblem], *, run: int, histogram: str, cells: NDArray[np.int32], shape: tuple[int, int]
) -> tuple[KnownProblem, ...]:
    """Return the known problems that together are about all the cells; none where a cell is about none of them.

    A fault of which no cell is known is masked only by a problem of all cells.
    """
    counting = [problem for problem in known if problem.counts_in(run, histogram)]
    if not len(cells):
        return tuple(problem for problem in counting if problem.cells == "all")
    covered = [(problem, problem.covers(cells, shape)) for problem in counting]
    if not covered or not np.logical_or.reduce([mask for _, mask in covered]).all():
        return ()
    return tuple(problem for problem, mask in covered if mask.any())
