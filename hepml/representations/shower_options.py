"""What a user declares about showers: the layers of cells and how cells are normalised."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pydantic

from hepml.options import Options

MOST_CELLS = 2**17
"""Cells of all layers together."""

Size = Annotated[int, pydantic.Field(gt=0, le=MOST_CELLS)]
Length = Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]


class ShowerOptions(Options):
    """Layers of different granularity, or a grid of layers that are alike; give one of the two."""

    layers: tuple[tuple[Size, Size], ...] | None = pydantic.Field(
        None, min_length=1, max_length=256, description="Rows × columns of each: one array of a batch per layer"
    )
    grid: tuple[Size, Size, Size] | None = pydantic.Field(
        None, description="Layers × rows × columns: one array of a batch for all"
    )
    normalise: Literal["none", "energy", "layer"] = pydantic.Field(
        "energy", description="What cells are divided by: nothing, the true energy, or the energy of their layer"
    )
    bad_cells: Literal["refuse", "leave_out"] = pydantic.Field(
        "refuse", description="What to do about energies that are negative or not finite"
    )
    cell_size: tuple[tuple[Length, Length], ...] = pydantic.Field(
        ((1.0, 1.0),), min_length=1, description="Of each layer along rows and along columns; one pair for all"
    )
    length_unit: str = pydantic.Field("cell", pattern=r"^[a-z]{1,8}$", description="Of cell_size: mm, cm")

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of each layer.

        Examples
        --------
        >>> ShowerOptions(grid=(2, 3, 4)).sizes
        ((3, 4), (3, 4))
        """
        if self.layers is not None:
            return self.layers
        assert self.grid is not None  # one of the two is given
        return (self.grid[1:],) * self.grid[0]

    @property
    def n_cells(self) -> int:
        """Cells of all layers."""
        return sum(rows * columns for rows, columns in self.sizes)

    @property
    def cell_sizes(self) -> tuple[tuple[float, float], ...]:
        """Size of the cells of each layer."""
        return self.cell_size if len(self.cell_size) > 1 else self.cell_size * len(self.sizes)

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.layers is None) == (self.grid is None):
            msg = "showers have `layers` or a `grid`: give one of the two"
            raise ValueError(msg)
        if self.n_cells > MOST_CELLS:
            msg = f"showers of {self.n_cells} cells are too large: at most {MOST_CELLS}"
            raise ValueError(msg)
        if len(self.cell_size) not in (1, len(self.sizes)):
            msg = f"cell_size has {len(self.cell_size)} pairs for {len(self.sizes)} layers: give one, or one each"
            raise ValueError(msg)
        return self
