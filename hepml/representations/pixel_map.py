"""Pixel maps: the hits of each of a detector's views in a grid, as they are, pooled, or in a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Moments, Representation, RepresentationSpec
from hepml.errors import ShapeError
from hepml.representations.groups import checked_groups
from hepml.representations.pixel_map_charge import scale_checksum, scaled_charge
from hepml.representations.pixel_map_dense import add_view_moments, pixels_of_gaps, scatter_views
from hepml.representations.pixel_map_hits import (
    BLOCK_HITS,
    HIT_COLUMNS,
    HitCounts,
    HitLists,
    Hits,
    count_hits,
    view_codes,
)
from hepml.representations.pixel_map_kernel import Grid, fill_maps
from hepml.representations.pixel_map_options import PixelMapOptions
from hepml.representations.pixel_map_window import (
    CENTRE_CHARGE,
    CENTRE_GIVEN,
    CENTRE_NONE,
    SHARED_CELL,
    SHARED_NONE,
    SHARED_PLANE,
)
from hepml.representations.pixel_map_write import empty_maps
from hepml.representations.ragged import flat_column, list_column, ragged_columns, record
from hepml.representations.row_blocks import row_blocks

_CENTRE: Mapping[str, int] = {"none": CENTRE_NONE, "charge": CENTRE_CHARGE, "given": CENTRE_GIVEN}
_SHARED: Mapping[str, int] = {"none": SHARED_NONE, "plane": SHARED_PLANE, "cell": SHARED_CELL}


class PixelMap(Representation):
    """Maps of an event's charge, one for each view of the detector (arXiv:1604.01444, 2006.15052).

    Input columns are jagged, one list of hits per event: ``view`` (code), ``plane`` and ``cell`` (wire and tick; from
    0 on) and ``charge``.  With ``centre="given"`` there are flat columns as well, ``centre_plane_<view>`` and
    ``centre_cell_<view>``, of a vertex for instance.  An event or a view without hits is an empty map.  Several hits
    of a cell are one cell with the sum of their charge.

    Stored columns are lists of pixels in the order of their index, (view × rows + row) × columns + column: ``gap``
    (uint16 or uint32), by how much the index is above that of the pixel before, ``charge`` (float32, as given and
    summed) and, with `occupancy`, ``number`` (cells hit).  A gap is a small number, so that pixels take about half the
    room that indices would.  Then per event ``n_outside``, the hits that lie in no cell, and
    ``outside_charge_fraction``, the part of the charge in the cells that the window does not cover.

    Calibration, saturation and logarithm are applied when a batch is made: so what is stored keeps its few significant
    digits, and is the same on every machine.  ``scale`` is a checksum of these options: datasets that differ in them
    alone have different digests, and are not decoded by one another's options.

    No hit is 0 on either scale, and has to stay 0 in a network: normalise by scale only.

    Examples
    --------
    >>> maps = PixelMap(PixelMapOptions(views=["x", "y"], shape=(4, 6), pool=(2, 2)))
    >>> hits = ak.Array({"view": [[0, 0, 1]], "plane": [[0, 1, 3]], "cell": [[1, 0, 5]], "charge": [[3.0, 4.0, 5.0]]})
    >>> {view: dense[0, :, :, 0].tolist() for view, dense in maps.decode(maps.encode(hits)).items()}
    {'x': [[7.0, 0.0, 0.0], [0.0, 0.0, 0.0]], 'y': [[0.0, 0.0, 0.0], [0.0, 0.0, 5.0]]}
    """

    Options = PixelMapOptions

    def __init__(self, options: PixelMapOptions) -> None:
        self.options = options

    @property
    def spec(self) -> RepresentationSpec:
        """What rebuilds this representation."""
        return RepresentationSpec("pixel_map", self.options.model_dump(mode="json"))

    @property
    def columns(self) -> Mapping[str, str]:
        """Input columns → unit: those of hits jagged, those of the centre flat."""
        return dict.fromkeys((*HIT_COLUMNS, *self._centre_columns), "1")

    @property
    def missing_allowed(self) -> frozenset[str]:
        """None: every hit has all of its columns, and every event its centre."""
        return frozenset()

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """One map per view, shape (n_rows, n_columns, n_channels); moments are kept per channel."""
        charge = f"charge [{self.options.unit}]" if self.options.charge == "linear" else "log of charge [1]"
        features = (charge, "cells hit [1]") if self.options.occupancy else (charge,)
        shape = (*self.options.pixels, len(features))
        spec = ArraySpec(shape, role="image", features=features, moments_shape=shape[-1:], axes=self._axes)
        return dict.fromkeys(self.options.views, spec)

    def counts(self, columns: ak.Array) -> HitCounts:
        """Return how many hits of each event are drawn, lie outside or have a bad charge, and how many views are hit.

        For selections and spectators; `columns` are those of hits.

        Raises
        ------
        ShapeError
            As `encode`.
        """
        return count_hits(HitLists.of(columns), self.options)

    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn jagged hits, one row per event, into sparse maps of all views.

        Raises
        ------
        ShapeError
            A column is absent, is not one list of numbers per event, or differs from another in the lengths of its
            lists; or a charge is negative where that is refused.
        """
        lists = HitLists.of(columns)
        codes, grid, centres = view_codes(self.options), self._grid, self._given_centres(columns)
        maps = empty_maps(
            n_events=len(columns),
            n_hits=lists.n_hits,
            n_pixels=self.options.n_pixels,
            with_number=self.options.occupancy,
        )
        for hits in lists.blocks():
            self._check_charge(hits)
            fill_maps(
                hits.offsets, hits.view, hits.plane, hits.cell, hits.charge, codes, centres, grid, hits.first, maps
            )
        n_pixels = int(maps.offsets[-1])
        stored: dict[str, Any] = {
            "gap": list_column(maps.offsets, _trimmed(maps.gap, n_pixels)),
            "charge": list_column(maps.offsets, _trimmed(maps.charge, n_pixels)),
        }
        if self.options.occupancy:
            stored["number"] = list_column(maps.offsets, maps.number[:n_pixels].astype(self._number_type))
        stored |= {"n_outside": maps.n_outside, "outside_charge_fraction": maps.outside_charge}
        stored["scale"] = np.full(len(columns), scale_checksum(self.options), np.uint32)
        return record(stored, n_rows=len(columns))

    def decode(self, stored: ak.Array) -> dict[str, NDArray[Any]]:
        """Turn sparse maps into one C-contiguous float32 array per view, (n_events, n_rows, n_columns, n_channels)."""
        offsets, lists = self._lists(stored)
        view, place, value = self._pixels(offsets, lists)
        (n_rows, n_columns), n_channels = self.options.pixels, value.shape[1]
        dense = np.zeros((len(self.options.views), len(stored), n_rows * n_columns, n_channels), dtype=np.float32)
        scatter_views(offsets, view, place, value, dense)
        shape = (len(stored), n_rows, n_columns, n_channels)
        return {name: of_view.reshape(shape) for name, of_view in zip(self.options.views, dense, strict=True)}

    def moments(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> dict[str, Moments]:
        """Return the moments of every view and channel in each group; empty pixels count as zeros."""
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        offsets, lists = self._lists(stored)
        n_channels = 2 if self.options.occupancy else 1
        sums = np.zeros((n_groups, len(self.options.views), n_channels, 2))
        for events in row_blocks(offsets, most=BLOCK_HITS):
            begin, end = offsets[events.start], offsets[events.stop]
            own = offsets[events.start : events.stop + 1] - begin
            view, _, value = self._pixels(own, {name: content[begin:end] for name, content in lists.items()})
            add_view_moments(own, view, value, group[events], sums)
        pixels = np.bincount(group, minlength=n_groups).astype(np.float64) * np.prod(self.options.pixels)
        count = np.broadcast_to(pixels[:, None], (n_groups, n_channels))
        return {
            name: Moments(count, sums[:, index, :, 0], sums[:, index, :, 1])
            for index, name in enumerate(self.options.views)
        }

    @property
    def _centre_columns(self) -> list[str]:
        if self.options.centre != "given":
            return []
        return [f"centre_{axis}_{view}" for view in self.options.views for axis in ("plane", "cell")]

    @property
    def _axes(self) -> tuple[tuple[str, float, float], ...]:
        """What the axes of a map are: of a window, the distance from its centre."""
        sizes = [pixels * pool for pixels, pool in zip(self.options.pixels, self.options.pool, strict=True)]
        before = (0, 0) if self.options.window is None else self.options.cells_before_centre
        names = self.options.axes if self.options.window is None else [f"{axis} − centre" for axis in self.options.axes]
        return tuple(
            (f"{name[:1].upper()}{name[1:]}", float(-first), float(size - first))
            for name, first, size in zip(names, before, sizes, strict=True)
        )

    @property
    def _grid(self) -> Grid:
        options = self.options
        sizes = (*options.shape, *options.covered, *options.cells_before_centre, *options.pool, *options.pixels)
        return Grid(*sizes, centre=_CENTRE[options.centre], shared_axis=_SHARED[options.shared_axis])

    @property
    def _number_type(self) -> np.dtype[Any]:
        """The smallest type that holds the cells of a pixel; like that of gaps fixed by the options alone."""
        return np.min_scalar_type(self.options.pool[0] * self.options.pool[1])

    def _check_charge(self, hits: Hits) -> None:
        negative = hits.charge < 0
        if self.options.negative == "refuse" and negative.any():
            msg = (
                f"column 'charge' holds {np.count_nonzero(negative)} negative values, the first is "
                f"{hits.charge[np.argmax(negative)]:g}: select hits in the processor file, or set negative: leave_out"
            )
            raise ShapeError(msg)

    def _given_centres(self, columns: ak.Array) -> NDArray[np.float64]:
        """Return the centres, shape (n_events, n_views, 2), or none where they are not given."""
        n_views = len(self.options.views)
        names = self._centre_columns
        if not names:
            return np.zeros((0, n_views, 2))
        # As float32 first, so that the input's precision is not seen in the result.
        flat = np.stack([flat_column(columns, name).astype(np.float32) for name in names], axis=1)
        return flat.astype(np.float64).reshape(len(columns), n_views, 2)

    def _lists(self, stored: ak.Array) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Return the offsets of events, and the stored lists from the first pixel to the last."""
        names = ["gap", "charge", *(["number"] if self.options.occupancy else [])]
        offsets, lists = ragged_columns(stored, names)
        if (flat_column(stored, "scale") != scale_checksum(self.options)).any():
            raise ShapeError(self._other_options)
        # Of a slice the lists hold what is before and after it, too: the pixels of a whole chunk, for each piece of it.
        return offsets - offsets[0], {name: content[offsets[0] : offsets[-1]] for name, content in lists.items()}

    def _pixels(
        self, offsets: NDArray[np.int64], lists: Mapping[str, NDArray[Any]]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.float32]]:
        """Return views of pixels and places in them, and values of shape (n_filled, n_channels).

        All pixels are in a map: that is checked here, because compiled code does not.
        """
        (n_rows, n_columns), n_views = self.options.pixels, len(self.options.views)
        view, place, all_inside = pixels_of_gaps(offsets, lists["gap"], n_views, n_rows * n_columns)
        if not all_inside:
            raise ShapeError(self._other_options)
        charge = scaled_charge(lists["charge"], view, self.options)
        if not self.options.occupancy:
            return view, place, charge[:, None]
        return view, place, np.stack([charge, lists["number"]], axis=1, dtype=np.float32)

    @property
    def _other_options(self) -> str:
        """What to say where stored maps do not fit."""
        (n_rows, n_columns), n_views = self.options.pixels, len(self.options.views)
        return (
            f"stored maps have other pixels than {n_views} views of {n_rows} × {n_columns}, or "
            "another calibration, saturation or scale of charge: decode with the options they were made with"
        )


def _trimmed(values: NDArray[Any], n: int) -> NDArray[Any]:
    """Return the first n values; as a copy where keeping them would keep much more memory."""
    return values[:n].copy() if 2 * n < len(values) else values[:n]
