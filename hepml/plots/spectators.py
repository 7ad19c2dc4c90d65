"""Distributions of inputs and spectators: one line per input or class, ratio to the first below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import hist
import mplhep
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, plain, short_name, write_label
from hepml.plots.pens import Pen, pens

_LINEAR_RATIO, _WIDEST_RATIO = 2.0, 50.0


@dataclass(frozen=True)
class _Bins:
    """Contents of one histogram without its flow bins: edges, values and standard deviations."""

    edges: NDArray[np.float64]
    value: NDArray[np.float64]
    error: NDArray[np.float64]


def draw_spectator(
    histograms: Mapping[str, hist.Hist],
    *,
    unit_area: bool = True,
    ratio: bool = True,
    logarithmic: bool = False,
    label: Label | None = None,
    pens_by_name: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw histograms of one quantity over one another, with Σw² errors.

    Parameters
    ----------
    histograms : mapping of str to hist.Hist
        By input or class, one-dimensional with equal axes; the label of the axis says the quantity and its unit.
        Without a storage that holds variances they are counts.
    unit_area : bool
        Divide each by its sum, so that shapes are compared.
    ratio : bool
        With two or more, add a panel with each over the first.
    logarithmic : bool
        Vertical axis.
    label : Label, optional
        The words above.
    pens_by_name : mapping of str to Pen, optional
        By name; by default in the order given.

    Raises
    ------
    ShapeError
        There is no histogram, one is not one-dimensional, or their axes differ.
    """
    _check(histograms)
    colours = pens_by_name or pens(list(histograms))
    bins = {name: _bins(histogram, unit_area=unit_area) for name, histogram in histograms.items()}
    first = next(iter(bins.values()))
    two_panels = ratio and len(bins) > 1
    with drawing_panels(lower=two_panels) as (figure, panels):
        for name, content in bins.items():
            _draw_one(panels[0], content, colours[name], short_name(name))
        _finish_main(panels[0], list(bins.values()), unit_area, logarithmic, label or Label())
        if two_panels:
            ratios = {name: _over(content, first) for name, content in bins.items()}
            for name, content in ratios.items():
                _draw_one(panels[1], content, colours[name], None)
            _finish_ratio(panels[1], list(ratios.values()), next(iter(bins)))
        axis = next(iter(histograms.values())).axes[0]
        panels[-1].set_xlabel(plain(axis.label or axis.name or "Value"))
    return figure


def _check(histograms: Mapping[str, hist.Hist]) -> None:
    if not histograms:
        msg = "a figure of distributions needs one histogram or more, found none: fill one in the processor"
        raise ShapeError(msg)
    dimensions = {name: histogram.ndim for name, histogram in histograms.items() if histogram.ndim != 1}
    if dimensions:
        msg = f"distributions are drawn from one-dimensional histograms, found {dimensions}-dimensional: project them"
        raise ShapeError(msg)
    first = next(iter(histograms.values())).axes[0].edges
    different = [name for name, histogram in histograms.items() if not np.array_equal(histogram.axes[0].edges, first)]
    if different:
        msg = (
            f"histograms of one figure need equal bins, but those of {different} differ from the first: fill them alike"
        )
        raise ShapeError(msg)


def _bins(histogram: hist.Hist, *, unit_area: bool) -> _Bins:
    value = np.asarray(histogram.values(), dtype=np.float64)
    variance = histogram.variances()
    error = np.sqrt(np.abs(value) if variance is None else np.asarray(variance, dtype=np.float64))
    total = float(value.sum())
    factor = 1.0 / total if unit_area and total > 0 else 1.0
    return _Bins(np.asarray(histogram.axes[0].edges, dtype=np.float64), value * factor, error * factor)


def _over(content: _Bins, reference: _Bins) -> _Bins:
    """Return the ratio with the error of the numerator; NaN where the reference is empty."""
    empty = np.full_like(content.value, np.nan)
    value = np.divide(content.value, reference.value, out=empty.copy(), where=reference.value > 0)
    error = np.divide(content.error, reference.value, out=empty, where=reference.value > 0)
    return _Bins(content.edges, value, error)


def _draw_one(axes: Axes, content: _Bins, pen: Pen, name: str | None) -> None:
    mplhep.histplot(
        content.value,
        content.edges,
        ax=axes,
        histtype="step",
        yerr=False,
        edges=name is not None,
        color=pen.colour,
        linestyle=pen.line,
        linewidth=2.0,
        label=name,
    )
    low, high = content.value - content.error, content.value + content.error
    axes.stairs(high, content.edges, baseline=low, fill=True, color=pen.colour, alpha=0.25, linewidth=0)


def _finish_main(axes: Axes, contents: list[_Bins], unit_area: bool, logarithmic: bool, label: Label) -> None:
    everything = np.concatenate([content.value for content in contents])
    top = float(everything.max(initial=0.0)) or 1.0
    if logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(0.5 * float(everything[everything > 0].min(initial=top)), 30 * top)
    else:
        axes.set_ylim(min(0.0, 1.1 * float(everything.min(initial=0.0))), 1.35 * top)
    axes.set_xlim(float(contents[0].edges[0]), float(contents[0].edges[-1]))
    axes.set_ylabel("Fraction of events per bin" if unit_area else "Events per bin")
    axes.legend(loc="upper right")
    write_label(axes, label)


def _finish_ratio(axes: Axes, contents: list[_Bins], reference: str) -> None:
    ratio = np.concatenate([content.value for content in contents])
    ratio = ratio[np.isfinite(ratio) & (ratio > 0)]
    near = np.count_nonzero((ratio > 1 / _LINEAR_RATIO) & (ratio < _LINEAR_RATIO))
    if near > 0.9 * len(ratio) or not len(ratio):  # no bin need have entries of both
        axes.set_ylim(0.0, _LINEAR_RATIO)
    else:  # shapes that differ by factors: equal factors get equal lengths
        widest = float(np.clip(np.exp(np.abs(np.log(ratio)).max(initial=0.0)), 3.0, _WIDEST_RATIO))
        axes.set_yscale("log")
        axes.set_ylim(0.7 / widest, 1.4 * widest)
    axes.axhline(1.0, color="black", linewidth=0.8, zorder=0)
    axes.set_ylabel(f"Ratio to {short_name(reference, longest=10)}", fontsize="small")
