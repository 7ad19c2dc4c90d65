"""What a user chooses about the random changes of training pixel maps; free of Keras."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pydantic

from hepml.options import Options

Axis = Literal["row", "column"]
Shift = Annotated[int, pydantic.Field(ge=0)]


class PixelAugmentOptions(Options):
    """Random changes of the pixel maps of a training batch; rows are planes or wires, columns cells or ticks."""

    flip: tuple[Axis, ...] = pydantic.Field((), description="Mirror these axes with probability one half")
    shift: tuple[Shift, Shift] = pydantic.Field((0, 0), description="Largest shift of rows and of columns, in pixels")
    shared_axis: Literal["none", "row", "column"] = pydantic.Field(
        "none", description="What all views measure alike: flipped and shifted in all of them together"
    )
    swap: tuple[tuple[int, int], ...] = pydantic.Field(
        (), description="Pairs of views, by place from 0 on, that are exchanged with probability one half"
    )
    dropout: float = pydantic.Field(0.0, ge=0, lt=1, description="Share of pixels that read nothing")
    charge_scale: float = pydantic.Field(
        0.0, ge=0, lt=1, description="Multiply an event's charge by a factor uniform in 1 ± this"
    )
    log_charge: bool | None = pydantic.Field(
        None, description="Whether the maps hold ln(1 + charge); default: as their first channel is named"
    )

    @pydantic.model_validator(mode="after")
    def _each_once(self) -> Self:
        places = [place for pair in self.swap for place in pair]
        if len(set(self.flip)) < len(self.flip) or len(set(places)) < len(places) or min(places, default=0) < 0:
            msg = f"flip {list(self.flip)} and swap {list(self.swap)} must name each axis and view once, from 0 on"
            raise ValueError(msg)
        return self
