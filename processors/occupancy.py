"""Occupancy of a detector by run and lumisection: maps of counts that exist, or made of hits and objects of events.

Ntuples with one lumisection per entry, as ``hepml sample monitoring`` writes them, name the branch of each map:

    processor:
      file: processors/occupancy.py
      options:
        exposure: luminosity
        known_dead: out/sample/known_dead.json
        maps:
          muon: {branch: muon_counts, occupancy: {shape: [12, 60], axes: [layer, wire], histogram: Muon/Occupancy}}

Ntuples with one event per entry say what is counted where; a lumisection may span chunks and files, and its counts are
added up to one example:

      options:
        lumi: luminosityBlock
        maps:
          jets:
            rows: {branch: Jet_eta, bins: 20, low: -2.5, high: 2.5}
            columns: {branch: Jet_phi, bins: 16, low: -3.1416, high: 3.1416}
            occupancy: {shape: [20, 16], axes: [η, φ], exposure: none}

The split goes by the run, so that no run is in two parts: ``split: {column: run, parts: …}``.
"""

import json
from pathlib import Path

import awkward as ak
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, ObjectIndex, Occupancy, processor

schema = BaseSchema


class Axis(pydantic.BaseModel, extra="forbid"):
    """Where hits or objects lie along one side of a map; what is outside is not counted."""

    branch: str = pydantic.Field(description="Of numbers per event: jagged, or one each")
    bins: int = pydantic.Field(gt=0)
    low: float
    high: float

    @pydantic.model_validator(mode="after")
    def runs_forward(self):
        """Refuse an axis that runs backwards."""
        if not self.low < self.high:
            msg = "low must be below high"
            raise ValueError(msg)
        return self


class Map(pydantic.BaseModel, extra="forbid"):
    """One map: its counts, or the two axes that hits are counted along."""

    occupancy: Occupancy.Options
    branch: str | None = pydantic.Field(None, description="Of counts, rows × columns")
    rows: Axis | None = None
    columns: Axis | None = None

    @pydantic.model_validator(mode="after")
    def says_where_counts_are(self):
        """Refuse a map with both or none of the two."""
        if (self.branch is None) != (self.rows is not None and self.columns is not None):
            msg = "give `branch` (counts), or `rows` and `columns` (what is to be counted)"
            raise ValueError(msg)
        return self


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    maps: dict[str, Map] = pydantic.Field(min_length=1, description="Input of models → its map")
    run: str = "run"
    lumi: str = "lumi"
    exposure: str | None = pydantic.Field(None, description="Branch of the luminosity, or whatever counts grow with")
    known_dead: str | None = pydantic.Field(None, description="JSON file: map → [[row, column], …]")

    @pydantic.model_validator(mode="after")
    def one_kind(self):
        """Refuse maps of which some are whole and some are parts."""
        if len({one.branch is None for one in self.maps.values()}) > 1:
            msg = "all maps have a `branch` of counts, or all have `rows` and `columns`"
            raise ValueError(msg)
        return self


def representations(options):
    """Return the representation of each map, with the cells that are known to be dead."""
    dead = json.loads(Path(options.known_dead).read_text()) if options.known_dead else {}
    chosen = {name: one.occupancy.model_dump() for name, one in options.maps.items()}
    for name, values in chosen.items():
        values["known_dead"] = [*values["known_dead"], *dead.get(name, [])]
        values["exposure"] = "none" if options.exposure is None else values["exposure"]
    return {name: Occupancy(Occupancy.Options(**values)) for name, values in chosen.items()}


def bins(values, axis):
    """Return the bin of each value, −1 where it is outside."""
    index = np.floor((values - axis.low) / (axis.high - axis.low) * axis.bins)
    return np.where((index >= 0) & (index < axis.bins), index, -1).astype(np.int64)


def counted(events, one, lumisection, n):
    """Return how many hits or objects lie in each cell, shape (n lumisections, rows, columns)."""
    column, row = events[one.columns.branch], events[one.rows.branch]
    if row.ndim == 1:
        row, column = row[:, np.newaxis], column[:, np.newaxis]
    index = np.repeat(lumisection, ak.to_numpy(ak.num(row)))
    row, column = bins(ak.to_numpy(ak.flatten(row)), one.rows), bins(ak.to_numpy(ak.flatten(column)), one.columns)
    inside = (row >= 0) & (column >= 0)
    cell = (index * one.rows.bins + row) * one.columns.bins + column
    total = np.bincount(cell[inside], minlength=n * one.rows.bins * one.columns.bins)
    return ak.from_numpy(total.reshape(n, one.rows.bins, one.columns.bins))


def examples(events, options):
    """Return one example per lumisection, or where events are counted a part of one."""
    key = np.stack([ak.to_numpy(events[options.run]), ak.to_numpy(events[options.lumi])], axis=1).astype(np.int64)
    parts = next(iter(options.maps.values())).branch is None
    if parts:
        key, first, lumisection = np.unique(key, axis=0, return_index=True, return_inverse=True)
        lumisection = lumisection.reshape(-1)
        maps = {name: counted(events, one, lumisection, len(key)) for name, one in options.maps.items()}
    else:
        first = np.arange(len(events))
        maps = {name: events[one.branch] for name, one in options.maps.items()}
    exposure = ak.to_numpy(events[options.exposure])[first] if options.exposure else np.full(len(first), np.nan)
    inputs = {
        name: (representation, ak.zip({"counts": maps[name], "exposure": exposure}, depth_limit=1))
        for name, representation in representations(options).items()
    }
    return Examples(
        inputs=inputs,
        object_index=ObjectIndex(event=first),
        cutflow=CutFlow.start(np.ones(len(events))),
        spectators={"exposure": np.asarray(exposure, np.float64)},
        missing_allowed=frozenset({"exposure"}),
        key={"run": key[:, 0], "lumi": key[:, 1]},
        partial={} if parts else None,
    )


Processor = processor(examples, Options, schema)
