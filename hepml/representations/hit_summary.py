"""Summary quantities of the hits of an event, view by view, as flat columns for a `Table`: what a cut would use."""

from __future__ import annotations

import awkward as ak
import numpy as np

from hepml.representations.hit_summary_kernel import QUANTITIES, summarise
from hepml.representations.pixel_map_hits import HitLists, view_codes
from hepml.representations.pixel_map_options import PixelMapOptions
from hepml.representations.ragged import record
from hepml.representations.table_columns import Column

_TOTALS = ("n_hits", "charge")


def hit_summary_columns(options: PixelMapOptions) -> tuple[Column, ...]:
    """Return the columns of `hit_summary`, ready for ``Table.of``.

    Examples
    --------
    >>> columns = hit_summary_columns(PixelMapOptions(views=["x", "y"], shape=[4, 4], unit="PE"))
    >>> [(column.name, column.unit) for column in columns[:3]]
    [('n_hits', '1'), ('charge', 'PE'), ('x_n_hits', '1')]
    """
    names = [*_TOTALS, *(f"{view}_{name}" for view in options.views for name in QUANTITIES)]
    return tuple(Column(name=name, unit=options.unit if name.endswith("charge") else "1") for name in names)


def hit_summary(hits: ak.Array, options: PixelMapOptions) -> ak.Array:
    r"""Return summary quantities of each event, from the hits that a map of these views would show.

    Parameters
    ----------
    hits : awkward array with one row per event
        Jagged ``view``, ``plane``, ``cell`` and ``charge``, as for `PixelMap`.
    options : PixelMapOptions
        Gives views, their size, and the calibration of the charge.

    Returns
    -------
    record array of float32, one row per event
        ``n_hits`` and ``charge`` of all views, and for each view ``<view>_…``:

        - ``n_hits``; ``charge`` = Σq; ``first_plane``, ``first_cell``; ``plane_extent``, ``cell_extent``: from the
          first to the last that is hit, both counted
        - ``mean_plane``: charge-weighted, from the first; ``plane_width``, ``cell_width``: charge-weighted σ;
          ``correlation`` of plane and cell; ``length``, ``width``: σ along and across the principal axis;
          ``skewness`` along the planes
        - ``largest_charge`` = max q / Σq; ``concentration`` = √Σq² / Σq
        - ``planes_hit``; ``longest_run`` of neighbouring planes that are hit; ``hits_per_plane``
        - ``thin_charge``: share of Σq in planes with one or two hits, as a track leaves it; ``early_charge``,
          ``late_charge``: in the first and last quarter of the planes' extent; ``core_charge``: within two cells of
          the principal axis

        A view without charge has zeros.

    Raises
    ------
    ShapeError
        A column is absent, is not one list of numbers per event, or differs from another in the lengths of its lists.

    Examples
    --------
    >>> track = ak.Array({"view": [[0, 0, 0]], "plane": [[3, 4, 5]], "cell": [[7, 7, 7]], "charge": [[2.0, 2, 4]]})
    >>> row = hit_summary(track, PixelMapOptions(views=["x"], shape=[10, 10]))[0]
    >>> [float(row[f"x_{name}"]) for name in ("charge", "first_plane", "plane_extent", "longest_run", "mean_plane")]
    [8.0, 3.0, 3.0, 3.0, 1.25]
    """
    lists = HitLists.of(hits)
    codes, factors = view_codes(options), np.array(options.calibration_by_view, np.float64)
    values = np.zeros((len(hits), len(codes), len(QUANTITIES)), np.float32)
    for some in lists.blocks():
        n_events = len(some.offsets) - 1
        summarise(
            some.offsets,
            some.view,
            some.plane,
            some.cell,
            some.charge,
            codes,
            factors,
            options.shape,
            values[some.first : some.first + n_events],
        )
    columns = {name: values[:, :, QUANTITIES.index(name)].sum(axis=1) for name in _TOTALS}
    for place, view in enumerate(options.views):
        columns |= {f"{view}_{name}": values[:, place, column] for column, name in enumerate(QUANTITIES)}
    return record(columns, n_rows=len(hits))
