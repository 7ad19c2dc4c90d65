"""A sheet of square panels with places in inches: titles of several lines, and colour bars beside what they explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.plots.labels import Label, plain, short_name, write_label

LEFT, HEADER, LINE = 0.95, 0.6, 0.25
BELOW = 0.75
_LABEL = 6.6  # the words above a figure, at their longest
BAR, BAR_GAP, BAR_TEXT = 0.18, 0.24, 0.95


@dataclass(frozen=True)
class Sheet:
    """Where the panels of a figure are.

    Attributes
    ----------
    side : float
        Of a panel.
    lefts, tops : tuple of float
        Of the columns from the left end, of the rows from the top.
    width, height : float
        Of the figure.
    """

    side: float
    lefts: tuple[float, ...]
    tops: tuple[float, ...]
    width: float
    height: float

    def panel(self, figure: Figure, row: int, column: int) -> Axes:
        """Return a new panel."""
        return self._axes(figure, self.lefts[column], self.tops[row], self.side, self.side)

    def bar(self, figure: Figure, column: int) -> Axes:
        """Return a new panel for a colour bar at the right of a column, as high as all rows."""
        left = self.lefts[column] + self.side + BAR_GAP
        return self._axes(figure, left, self.tops[0], BAR, self.tops[-1] + self.side - self.tops[0])

    def write_label(self, figure: Figure, label: Label) -> None:
        """Write the words above all panels."""
        widest = self.width - self.lefts[0] - 0.15
        panels = self.lefts[-1] + self.side - self.lefts[0]
        header = self._axes(figure, self.lefts[0], HEADER - 0.12, min(widest, max(panels, _LABEL)), 0.01)
        header.set_axis_off()
        write_label(header, label)

    def write_lines(
        self, figure: Figure, lines: Sequence[str], *, left: float, bottom: float, longest: int, bold: bool = False
    ) -> None:
        """Write lines of text, the last of them at `bottom` inches from the top."""
        for above, line in enumerate(reversed(lines)):
            figure.text(
                left / self.width,
                1 - (bottom - above * LINE) / self.height,
                plain(short_name(line, longest=longest)) if len(line) > longest else plain(line),
                fontsize=14 if bold else 12,
                fontweight="bold" if bold else "normal",
                va="bottom",
            )

    def _axes(self, figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
        bottom = self.height - top - height
        return figure.add_axes((left / self.width, bottom / self.height, width / self.width, height / self.height))


def sheet_of_events(n_rows: int, n_groups: int, n_views: int, *, side: float, headings: bool) -> Sheet:
    """Return the sheet of events below one another: a title of two lines above each, one colour bar for all."""
    lefts = tuple(
        LEFT + group * (n_views * (side + 0.5) + 0.45) + view * (side + 0.5)
        for group in range(n_groups)
        for view in range(n_views)
    )
    first = HEADER + (0.4 if headings else 0.0) + 2 * LINE + 0.1
    tops = tuple(first + row * (side + 2 * LINE + 0.5) for row in range(n_rows))
    width = max(lefts[-1] + side + BAR_GAP + BAR + BAR_TEXT, LEFT + _LABEL + 0.15)
    return Sheet(side, lefts, tops, width, tops[-1] + side + BELOW)


def sheet_of_maps(n_rows: int, n_columns: int, *, side: float) -> Sheet:
    """Return the sheet of heat maps: a row for each view, a column with a colour bar for each method."""
    step = side + BAR_GAP + BAR + BAR_TEXT + 0.35
    lefts = tuple(LEFT + column * step for column in range(n_columns))
    tops = tuple(HEADER + 3 * LINE + 0.2 + row * (side + 0.45) for row in range(n_rows))
    return Sheet(side, lefts, tops, lefts[-1] + step - 0.2, tops[-1] + side + BELOW)
