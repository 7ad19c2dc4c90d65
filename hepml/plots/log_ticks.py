"""Ticks of logarithmic axes that can be read: more than one has a number, and none two in one place."""

from __future__ import annotations

import math

from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter

_FEW_DECADES = 1.7


def label_log_axis(axis: Axis) -> None:
    """Write plain numbers at 1, 2 and 5 where the axis spans few decades, and at powers of ten otherwise."""
    low, high = axis.get_view_interval()
    if low > 0 and math.log10(high / low) < _FEW_DECADES:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(
            lambda value, _: f"{value:,.0f}".replace(",", "\u2009") if value >= 1 else f"{value:g}"
        )
    axis.set_minor_formatter(NullFormatter())
