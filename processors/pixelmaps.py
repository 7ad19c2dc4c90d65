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

Beside the maps, the input ``pixelmap``, simpler models may have inputs of their own: with ``summary: true`` tables
``summary`` (hits, extents, charge moments of each view) and ``charge``; with ``coarse: [50, 50]`` maps of whole views.

Targets of a regression are spectators.  Without `key` the split hashes the hits themselves, so that the same event
twice comes into one part.  A file with neither flavour nor spectators is data: its events have no label.

Hits outside the detector are counted, not drawn, and stop the work where they are many: `views` or `shape` is wrong.
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
    most_outside: float = pydantic.Field(0.1, ge=0, le=1, description="Stop where more of a chunk's hits lie outside")
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


def refuse_most_outside(hits, counts, options):
    """Raise where too many hits lie in no cell of a view: then it is not the odd hit that is wrong."""
    (n_planes, n_cells), views = options.pixelmap.shape, dict(options.pixelmap.views)
    n_outside, n = counts.n_outside.sum(), ak.count(hits.view)
    if n_outside > options.most_outside * n:
        found = ", ".join(f"{name} {ak.min(hits[name])} to {ak.max(hits[name])}" for name in ("view", "plane", "cell"))
        msg = f"{n_outside} of {n} hits lie outside views {views} of {n_planes} × {n_cells} cells, found {found}: "
        raise ValueError(msg + "correct the options pixelmap or hits, or raise most_outside")


def numbers(events, branch):
    """Return a branch of one number per event."""
    if events[branch].ndim != 1:
        msg = f"branch {branch!r} must hold one number per event, and holds lists: name another in the options"
        raise ValueError(msg)
    return ak.to_numpy(events[branch])


def known_flavours(flavour, options):
    """Return which events have a flavour that is a class."""
    known = np.isin(flavour, list(options.flavours)) if options.flavours else np.ones(len(flavour), np.bool_)
    if options.unknown == "stop" and not known.all():
        n, first = np.count_nonzero(~known), flavour[np.argmin(known)]
        msg = f"branch {options.flavour!r} is none of the flavours {sorted(options.flavours)} in {n} events, "
        raise ValueError(msg + f"the first has {first}: list it there, or set unknown: drop")
    return known


def labels(flavour, options):
    """Return the class of each event, all of whose flavours are known: its name, or its index as the branch has it."""
    if not options.flavours:
        return flavour
    codes, names = (np.array(each) for each in zip(*sorted(options.flavours.items()), strict=True))
    return names[np.searchsorted(codes, flavour)]


def selection(events, n_hits, options):
    """Return the selected events, their classes (None in data), and the cut flow with the weights of all events."""
    weight = numbers(events, options.weight) if options.weight else np.ones(len(events))
    cutflow, selected, flavour = CutFlow.start(weight), np.arange(len(events)), None
    if options.flavour and is_simulated(events, options):
        flavour = numbers(events, options.flavour)
        selected = selected[known_flavours(flavour, options)]
        cutflow = cutflow.then("known flavour", weight[selected])
    selected = selected[n_hits[selected] >= options.least_hits]
    cutflow = cutflow.then(f"at least {options.least_hits} hits", weight[selected])
    return selected, None if flavour is None else labels(flavour[selected], options), weight, cutflow


def simpler(hits, options):
    """Return the inputs beside the maps, for simpler models."""
    inputs = {}
    if options.summary:
        columns, quantities = hit_summary_columns(options.pixelmap), hit_summary(hits, options.pixelmap)
        total = Table.of([column for column in columns if column.name == "charge"])
        inputs |= {"summary": (Table.of(columns), quantities), "charge": (total, quantities[["charge"]])}
    if options.coarse:
        kept = options.pixelmap.model_dump(include={"views", "shape", "axes", "negative", "calibration", "unit"})
        inputs["coarse"] = (PixelMap(PixelMap.Options(**kept, pool=options.coarse)), hits)
    return inputs


def spectators(events, selected, label, options):
    """Return what is kept of the truth, NaN where an event's class has none."""
    if options.known_for and label is None:
        msg = "known_for needs the class of each event, and there is no branch of flavours: leave it out"
        raise ValueError(msg)
    kept = {name: events[branch][selected] for name, branch in options.spectators.items()}
    for name, classes in options.known_for.items():
        kept[name] = np.where(np.isin(label, classes), ak.to_numpy(kept[name]), np.nan)
    return kept


def filled(label, values, weight):
    """Return a histogram of numbers of hits; what is below its first bin has none."""
    axis = hist.axis.Variable(np.geomspace(1, 1e5, 51), name="n", label=label)
    return hist.Hist(axis, storage="weight").fill(values, weight=weight)


def examples(events, options):
    """Return one example per event of a known flavour with enough hits."""
    pixelmap, hits = PixelMap(options.pixelmap), hits_of(events, options)
    counts = pixelmap.counts(hits)
    refuse_most_outside(hits, counts, options)
    selected, label, weight, cutflow = selection(events, counts.n_inside, options)
    simulated = is_simulated(events, options)
    hits = hits if len(selected) == len(events) else hits[selected]
    n_hits, n_outside, weight = counts.n_inside[selected], counts.n_outside[selected], weight[selected]
    return Examples(
        inputs={"pixelmap": (pixelmap, hits), **simpler(hits, options)},
        object_index=ObjectIndex(event=selected),
        cutflow=cutflow,
        label=label,
        weight=weight,
        spectators={
            **(spectators(events, selected, label, options) if simulated else {}),
            "n_hits": n_hits,
            "n_hits_outside": n_outside,
            "n_hits_bad_charge": counts.n_bad_charge[selected],
            "n_views_hit": counts.n_views_hit[selected],
        },
        key={name: events[branch][selected] for name, branch in options.key.items()} or None,
        missing_allowed=frozenset([*options.missing, *options.known_for] if simulated else ()),
        histograms={
            "n_hits": filled("hits in the detector", n_hits, weight),
            "n_hits_outside": filled("hits outside the detector", n_outside, weight),
        },
    )


Processor = processor(examples, Options, schema)
