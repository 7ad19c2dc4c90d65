"""Pixel maps of neutrino events: ntuples with one event per entry and jagged lists of hits; the recipe says which.

Without options for the branches of hits they are those of a tracking calorimeter, ``hit_{view,plane,cell,pe}``, as
``hepml sample neutrinos`` writes them.  For its events:

    processor:
      file: processors/pixelmaps.py
      options:
        pixelmap: {views: [x, y], shape: [100, 80], unit: PE, charge: log, log_charge: 30}
        flavours: {0: nc, 1: numu, 2: nue, 3: nutau, 4: cosmic}
        spectators: {nu_energy_gev: nu_energy, lep_energy_gev: lep_energy, interaction: interaction}
        weight: generator_weight
        key: {run: run, lumi: lumi, event: event}

Wires and ticks of a liquid-argon detector are planes and cells with other names; ``pool: [5, 5]`` makes of maps of
500 × 500 some on which a network can be trained without an accelerator:

      options:
        pixelmap: {views: [u, v, z], shape: [500, 500], pool: [5, 5], axes: [wire, tick], unit: ADC, charge: log}
        hits: {plane: hit_wire, cell: hit_tick, charge: hit_adc}
        flavours: {0: nc, 1: numu, 2: nue, 3: nutau}
        spectators: {nu_energy_gev: nu_energy, lep_energy_gev: lep_energy, n_proton: n_proton, n_pion: n_pion}

Beside the maps, which are the input ``pixelmap``, there may be inputs for simpler models: with ``summary: true`` the
table ``summary`` of hits, extents and charge moments of each view, and ``charge`` with the sum of all charge alone;
with ``coarse: [50, 50]`` the maps ``coarse``, the charge of as many cells summed over the whole of each view, on which
trees can be trained.

Targets of a regression are spectators.  Without `key` the split hashes the hits themselves, so that the same event
twice comes into one part.  A file with neither flavour nor spectators is data: its events have no label.
"""

from typing import Literal

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, ObjectIndex, Table, hit_summary, hit_summary_columns, processor
from hepml.representations import PixelMap

schema = BaseSchema


class Hits(pydantic.BaseModel, extra="forbid"):
    """The jagged branches of hits."""

    view: str = "hit_view"
    plane: str = pydantic.Field("hit_plane", description="The first axis of a map: plane or wire, from 0 on")
    cell: str = pydantic.Field("hit_cell", description="The second: cell or tick, from 0 on")
    charge: str = "hit_pe"


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    pixelmap: PixelMap.Options
    hits: Hits = Hits()
    summary: bool = pydantic.Field(False, description="Make the inputs `summary` and `charge`, tables, as well")
    coarse: tuple[int, int] | None = pydantic.Field(
        None, description="Cells in a pixel of the input `coarse`, of whole views"
    )
    centre: dict[str, str] = pydantic.Field({}, description="centre_plane_<view>, … → branch, where centre is given")
    flavour: str | None = pydantic.Field("flavour", description="Branch of whole numbers; null: the input's own label")
    flavours: dict[int, str] = pydantic.Field({}, description="Value of the flavour → class; else it is an index")
    unknown: Literal["stop", "drop"] = pydantic.Field("stop", description="What to do about any other flavour")
    least_hits: int = pydantic.Field(1, ge=0, description="Fewest hits inside the detector; 0 keeps empty events")
    spectators: dict[str, str] = pydantic.Field({}, description="Name with its unit → branch")
    known_for: dict[str, list[str]] = pydantic.Field({}, description="Spectator → classes that have it; else NaN")
    missing: list[str] = pydantic.Field([], description="Spectators in which NaN means that there is none")
    weight: str | None = pydantic.Field(None, description="Branch; default: 1 for each event")
    key: dict[str, str] = pydantic.Field({}, description="Name in the recipe's event_key → branch")


def hits_of(events, options):
    """Return view, plane, cell and charge of the hits, one list per event, and the centres of windows."""
    branches = options.hits.model_dump() | options.centre
    return ak.zip({name: events[branch] for name, branch in branches.items()}, depth_limit=1)


def is_simulated(events, options):
    """Return whether there is truth; where some of it is there, a branch that is not is a mistake in the options."""
    return any(branch in events.fields for branch in (options.flavour, *options.spectators.values()))


def known_flavours(flavour, options):
    """Return which events have a flavour that is a class."""
    known = np.isin(flavour, list(options.flavours)) if options.flavours else np.ones(len(flavour), np.bool_)
    if options.unknown == "stop" and not known.all():
        first = flavour[np.argmin(known)]
        msg = (
            f"branch {options.flavour!r} is {first} in {np.count_nonzero(flavour == first)} events, which is none of "
            f"the flavours {sorted(options.flavours)}: list it there, or set unknown: drop"
        )
        raise ValueError(msg)
    return known


def labels(flavour, options):
    """Return the class of each event, all of whose flavours are known: its name, or its index as the branch has it."""
    if not options.flavours:
        return flavour
    codes = np.array(sorted(options.flavours))
    names = np.array([options.flavours[code] for code in codes.tolist()])
    return names[np.searchsorted(codes, flavour)]


def selection(events, n_hits, options):
    """Return the selected events, their flavour (None in data), and the cut flow with the weights of all events."""
    weight = ak.to_numpy(events[options.weight]) if options.weight else np.ones(len(events))
    cutflow, selected, flavour = CutFlow.start(weight), np.arange(len(events)), None
    if options.flavour and is_simulated(events, options):
        flavour = ak.to_numpy(events[options.flavour])
        selected = selected[known_flavours(flavour, options)]
        cutflow = cutflow.then("known flavour", weight[selected])
    selected = selected[n_hits[selected] >= options.least_hits]
    cutflow = cutflow.then(f"at least {options.least_hits} hits", weight[selected])
    return selected, None if flavour is None else flavour[selected], weight, cutflow


def simpler(hits, options):
    """Return the inputs beside the maps, for simpler models."""
    inputs = {}
    if options.summary:
        columns, quantities = hit_summary_columns(options.pixelmap), hit_summary(hits, options.pixelmap)
        charge = [column for column in columns if column.name == "charge"]
        inputs |= {"summary": (Table.of(columns), quantities), "charge": (Table.of(charge), quantities[["charge"]])}
    if options.coarse:
        sums = {"pool": options.coarse, "charge": "linear", "occupancy": False, "saturation": None}
        sums |= {"window": None, "centre": "none", "shared_axis": "none"}
        inputs["coarse"] = (PixelMap(options.pixelmap.model_copy(update=sums)), hits)
    return inputs


def spectators(events, selected, label, options):
    """Return what is kept of the truth, NaN where an event's class has none."""
    kept = {name: events[branch][selected] for name, branch in options.spectators.items()}
    for name, classes in options.known_for.items():
        kept[name] = np.where(np.isin(label, classes), ak.to_numpy(kept[name]), np.nan)
    return kept


def examples(events, options):
    """Return one example per event of a known flavour with enough hits."""
    pixelmap, hits = PixelMap(options.pixelmap), hits_of(events, options)
    counts = pixelmap.counts(hits)
    selected, flavour, weight, cutflow = selection(events, counts.n_inside, options)
    label = None if flavour is None else labels(flavour, options)
    simulated = is_simulated(events, options)
    hits, n_hits = hits if len(selected) == len(events) else hits[selected], counts.n_inside[selected]
    axis = hist.axis.Variable(np.geomspace(1, 1e5, 51), name="n_hits", label="hits in the detector")
    return Examples(
        inputs={"pixelmap": (pixelmap, hits), **simpler(hits, options)},
        object_index=ObjectIndex(event=selected),
        cutflow=cutflow,
        label=label,
        weight=weight[selected],
        spectators={
            **(spectators(events, selected, label, options) if simulated else {}),
            "n_hits": n_hits,
            "n_hits_outside": counts.n_outside[selected],
            "n_hits_bad_charge": counts.n_bad_charge[selected],
            "n_views_hit": counts.n_views_hit[selected],
        },
        key={name: events[branch][selected] for name, branch in options.key.items()} or None,
        missing_allowed=frozenset([*options.missing, *options.known_for] if simulated else ()),
        histograms={"n_hits": hist.Hist(axis, storage="weight").fill(n_hits, weight=weight[selected])},
    )


Processor = processor(examples, Options, schema)
