"""Response and resolution of a calorimeter against the energy, fast beside full simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots.bands import finite, make_room
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, legend_columns, short_name, write_label
from hepml.plots.pens import Pen, pens

_COLUMNS = ("low", "high", "energy_mean", "response", "response_error", "resolution", "resolution_error")
_TITLES = {"response": "Mean of energy / true energy", "resolution": "Relative resolution"}

Floats = NDArray[np.float64]


def draw_shower_response(
    curves: Sequence[Curve],
    *,
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw response (left) and resolution (right) against the true energy, each with its ratio to the first below.

    Parameters
    ----------
    curves : sequence of Curve
        Full simulation first, then one per generator, in the same bins: columns ``low``, ``high``, ``energy_mean``
        (GeV), ``response`` and ``resolution`` with ``…_error``.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, one of them lacks a column, or their bins differ.
    """
    require_columns(curves, _COLUMNS, what="a response against the energy")
    _check(curves)
    names = [str(curve.run) for curve in curves]
    colours = run_pens or pens(names)
    with drawing(width=12.4, height=8.0) as figure:
        panels = figure.subplots(2, 2, sharex=True, height_ratios=[2.4, 1])
        for column, quantity in enumerate(_TITLES):
            upper, lower = panels[:, column]
            for place, curve in enumerate(curves):
                _draw(upper, curve, quantity, colours[names[place]], place, len(curves))
                if place:
                    _draw(lower, _over(curve, curves[0], quantity), quantity, colours[names[place]], place, len(curves))
            _finish(upper, lower, curves, quantity)
        columns = max(1, legend_columns(names) - 1)  # a panel has half of the usual width
        panels[0, 0].legend(loc="upper left", ncols=columns, columnspacing=1.0)
        make_room(panels[0, 0], rows=-(-len(names) // columns))
        write_label(panels[0, 0], label or Label(), last=panels[0, 1])
    return figure


def _check(curves: Sequence[Curve]) -> None:
    first = curves[0]
    for curve in curves[1:]:
        if not all(np.array_equal(curve.columns[edge], first.columns[edge]) for edge in ("low", "high")):
            msg = f"responses of one figure need equal bins, but those of {curve.run!r} differ: evaluate them alike"
            raise ShapeError(msg)


def _over(curve: Curve, reference: Curve, quantity: str) -> Curve:
    """Return the ratio; the error is that of both, which are independent."""
    value, error = (curve.columns[name] for name in (quantity, f"{quantity}_error"))
    known, known_error = (reference.columns[name] for name in (quantity, f"{quantity}_error"))
    ratio = value / known
    errors = np.abs(ratio) * np.hypot(error / value, known_error / known)
    return Curve(curve.name, {**curve.columns, quantity: ratio, f"{quantity}_error": errors}, run=curve.run)


def _draw(axes: Axes, curve: Curve, quantity: str, pen: Pen, place: int, n: int) -> None:
    low, high, mean = (curve.columns[name] for name in ("low", "high", "energy_mean"))
    # Points of several runs beside one another, in the middle half of each bin.
    shift = (high / low) ** (0.12 * (place - (n - 1) / 2) / max(n - 1, 1))
    axes.errorbar(
        mean * shift,
        curve.columns[quantity],
        yerr=curve.columns[f"{quantity}_error"],
        color=pen.colour,
        marker=pen.marker,
        linestyle="none",
        markersize=7,
        label=short_name(str(curve.run)),
    )


def _finish(upper: Axes, lower: Axes, curves: Sequence[Curve], quantity: str) -> None:
    upper.set_xscale("log")
    low, high = float(curves[0].columns["low"][0]), float(curves[0].columns["high"][-1])
    upper.set_xlim(low * 0.9 if low > 0 else None, high * 1.1)
    ends = [c.columns[quantity] + side * c.columns[f"{quantity}_error"] for c in curves for side in (-1, 1)]
    shown = finite(*ends)
    bottom, top = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
    room = 0.12 * max(top - bottom, 0.02 * top, 1e-9)
    upper.set_ylim(0.0 if quantity == "resolution" else bottom - room, top + room)
    lower.axhline(1.0, color="black", linewidth=0.8, zorder=1)
    lower.set_ylim(*_around_one(curves, quantity))
    lower.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    upper.set_ylabel(_TITLES[quantity])
    lower.set_ylabel(f"Ratio to {short_name(str(curves[0].run), longest=16)}", fontsize="small")
    lower.set_xlabel("True energy [GeV]")
    for axes in (upper, lower):
        axes.grid(which="major", alpha=0.35)


def _around_one(curves: Sequence[Curve], quantity: str) -> tuple[float, float]:
    """Return a range around 1 that shows all ratios with their errors."""
    ratios = [_over(curve, curves[0], quantity).columns for curve in curves[1:]]
    ends = [c[quantity] + side * c[f"{quantity}_error"] for c in ratios for side in (-1, 1)]
    widest = 1.15 * float(np.abs(finite(*ends) - 1).max(initial=0.02))
    return 1 - widest, 1 + widest
