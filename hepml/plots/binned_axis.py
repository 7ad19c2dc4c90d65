"""The horizontal axis of bins of equal population, whose outer ones may reach far."""

from __future__ import annotations

from matplotlib.axes import Axes

from hepml.contracts import Curve
from hepml.plots.bands import edges_of

_WIDEST = 2.0  # times its neighbour, that an outer bin is shown


def show_bins(axes: Axes, curve: Curve, title: str) -> None:
    """Set range and title of the axis: an outer bin is cut to twice its neighbour, and the title says where it ends."""
    edges = edges_of(curve)
    low, high = float(edges[0]), float(edges[-1])
    if len(edges) > 3:
        low = max(low, float(edges[1] - _WIDEST * (edges[2] - edges[1])))
        high = min(high, float(edges[-2] + _WIDEST * (edges[-2] - edges[-3])))
    ends = {"first bin from": (low > edges[0], edges[0]), "last bin to": (high < edges[-1], edges[-1])}
    words = ", ".join(f"{text} {edge:.4g}" for text, (is_cut, edge) in ends.items() if is_cut)
    axes.set_xlim(low, high)
    axes.set_xlabel(title)
    if words:
        place = {"fontsize": "xx-small", "ha": "left", "va": "top"}
        axes.annotate(words, (0, 0), (0, -34), "axes fraction", "offset points").set(**place)
