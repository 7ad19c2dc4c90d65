"""The latent space of a generator: where it puts showers."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, write_label


def draw_latent_space(curve: Curve, *, label: Label | None = None) -> Figure:
    """Draw the places of showers along the two directions of largest variance, coloured by the true energy.

    Parameters
    ----------
    curve : Curve
        Columns ``first``, ``second`` and ``energy_gev``; labels ``first_share`` and ``second_share``, of the variance.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        The curve lacks a column or has no rows.
    """
    require_columns([curve], ("first", "second", "energy_gev"), what="a latent space")
    energy = curve.columns["energy_gev"]
    low, high = float(energy.min()), float(energy.max())
    with drawing(width=8.6, height=7.0) as figure:
        axes = figure.subplots()
        norm = LogNorm(low, high) if high > low > 0 else None
        points = axes.scatter(
            curve.columns["first"], curve.columns["second"], c=energy, s=7, cmap="viridis", norm=norm, linewidths=0
        )
        bar = figure.colorbar(points, ax=axes, pad=0.02)
        bar.set_label("True energy [GeV]")
        for axis, name, words in ((axes.xaxis, "first", "First"), (axes.yaxis, "second", "Second")):
            share = curve.labels.get(f"{name}_share", np.nan)
            axis.set_label_text(f"{words} component ({100 * share:.0f}% of the variance)")
        axes.grid(which="major", alpha=0.35)
        write_label(axes, label or Label())
    return figure
