"""Horizontal bars with errors, the longest at the top: one group per variable, one bar per run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hepml.plots.labels import short_name
from hepml.plots.pens import Pen

MOST_BARS = 20
"""Variables that one figure shows: more are not read."""

_LONGEST_VARIABLE = 34
_LETTER_INCHES = 0.115


@dataclass(frozen=True)
class Bars:
    """The bars of one run: a value and its error by variable, its pen and its entry in the legend."""

    value: Mapping[str, float]
    error: Mapping[str, float]
    pen: Pen
    name: str = ""


def longest_first(bars: Sequence[Bars]) -> list[str]:
    """Return the variables by the largest value that any run has; at most `MOST_BARS`."""
    variables = dict.fromkeys(variable for each in bars for variable in each.value)
    largest = {v: max(np.nan_to_num(each.value.get(v, -np.inf), nan=-np.inf) for each in bars) for v in variables}
    return sorted(variables, key=lambda variable: -largest[variable])[:MOST_BARS]


def height_of(n_variables: int, n_runs: int) -> float:
    """Return the height in inches in which so many bars can be read."""
    return 2.9 + n_variables * max(0.4, 0.14 * n_runs + 0.14)


def width_of(variables: Sequence[str]) -> float:
    """Return the width in inches in which the names have room beside the bars."""
    return max(8.0, 5.6 + _LETTER_INCHES * max((len(variable_name(name)) for name in variables), default=0))


def variable_name(name: str) -> str:
    """Return the name of a variable as it is shown; that it has no unit is not."""
    return short_name(name.removesuffix(" [1]"), longest=_LONGEST_VARIABLE)


def draw_bars(axes: Axes, bars: Sequence[Bars], variables: Sequence[str], *, start: float = 0.0) -> None:
    """Draw a group per variable from the top down, with a bar from `start` for each run that has the variable."""
    thickness = 0.8 / len(bars)
    for index, each in enumerate(bars):
        place = np.arange(len(variables)) + (index - 0.5 * (len(bars) - 1)) * thickness
        value, error = (_listed(numbers, variables) for numbers in (each.value, each.error))
        axes.barh(
            place, value - start, height=0.9 * thickness, left=start, color=each.pen.colour, label=each.name or None
        )
        axes.errorbar(
            value, place, xerr=np.nan_to_num(error), fmt="none", ecolor="black", elinewidth=1.4, capsize=2.5, zorder=4
        )
    axes.set_yticks(range(len(variables)), [variable_name(name) for name in variables])
    axes.tick_params(axis="y", which="both", length=0, labelsize="small")
    axes.set_ylim(len(variables) - 0.4, -0.6)
    axes.grid(which="major", axis="x", alpha=0.35)
    axes.set_axisbelow(True)


def _listed(numbers: Mapping[str, float], variables: Sequence[str]) -> NDArray[np.float64]:
    return np.array([numbers.get(variable, np.nan) for variable in variables])
