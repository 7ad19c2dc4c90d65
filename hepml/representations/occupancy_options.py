"""What a user declares about occupancy: the cells of a map, which of them are known to be dead, and the exposure."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pydantic

from hepml.options import Options

MOST_CELLS = 2**20

Size = Annotated[int, pydantic.Field(gt=0, le=MOST_CELLS)]
Index = Annotated[int, pydantic.Field(ge=0, lt=MOST_CELLS)]


class OccupancyOptions(Options):
    """Rows and columns of the map that models see, and what is known about its cells."""

    shape: tuple[Size, Size] = pydantic.Field(
        description="Rows × columns; finer maps are summed to it where it divides them, others are refused"
    )
    known_dead: tuple[tuple[Index, Index], ...] = pydantic.Field(
        (), description="[row, column] of cells that everybody knows to be dead: no model and no score looks at them"
    )
    exposure: Literal["given", "none"] = pydantic.Field(
        "given", description="given: a column says what counts grow with, luminosity; none: maps are normalised to sums"
    )
    axes: tuple[str, str] = pydantic.Field(("row", "column"), description="Names of the two axes, for pictures")
    histogram: str | None = pydantic.Field(
        None, description="Path of the same map in files of histograms: Muon/Occupancy; needed to score such files"
    )

    @property
    def n_cells(self) -> int:
        """Cells of the map."""
        return self.shape[0] * self.shape[1]

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if self.n_cells > MOST_CELLS:
            msg = f"a map of {self.n_cells} cells is too large: at most {MOST_CELLS}"
            raise ValueError(msg)
        for row, column in self.known_dead:
            if row >= self.shape[0] or column >= self.shape[1]:
                msg = (
                    f"known_dead has cell [{row}, {column}], which is not in a map of {self.shape[0]} × {self.shape[1]}"
                )
                raise ValueError(msg)
        return self
