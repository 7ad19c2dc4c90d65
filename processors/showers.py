"""Calorimeter showers: ntuples with one shower per entry, as jagged lists of cells or as an array.

Without options for the branches they are those of ``hepml sample showers``:

    processor:
      file: processors/showers.py
      options:
        shower: {layers: [[3, 96], [12, 12], [12, 6]], cell_size: [[160, 5], [40, 40], [40, 80]], length_unit: mm}
        particles: {11: electron, 22: photon}
        key: {run: run, lumi: lumi, event: event}

A file that holds each shower as an array (layers × rows × columns), in keV here, needs ``event_key: [event]`` and

      options:
        shower: {grid: [12, 12, 12]}
        dense: shower
        energy: en_in
        gev: 1.0e-6
        particle: primary
        particles: {-1: electron, 0: photon, 1: positron}
        key: {event: evt}

The inputs are ``shower``, normalised cells and their energies; ``condition``, a table of what a generator is given: the
true energy, the particle where ``particles`` has several, and ``condition``'s further branches; and ``shapes``, the
table of shape variables, for classifiers and trees.  All shape variables are spectators as well.

`ntuple` is the way back: the branches of showers that a model has made (``hepml generate``), as `examples` reads them.
"""

from typing import Literal

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import Column, CutFlow, Examples, ObjectIndex, Shower, Table, processor, shower_shape_columns, shower_shapes

schema = BaseSchema


class Cells(pydantic.BaseModel, extra="forbid"):
    """The jagged branches of cells."""

    layer: str = "cell_layer"
    row: str = "cell_row"
    column: str = "cell_column"
    energy: str = "cell_energy"


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    shower: Shower.Options
    cells: Cells = Cells()
    dense: str | None = pydantic.Field(None, description="Branch of arrays layers × rows × columns, instead of cells")
    energy: str = pydantic.Field("energy", description="Branch of the true energy")
    gev: float = pydantic.Field(1.0, gt=0, description="What the branches' unit of energy is in GeV: 1.0e-6 for keV")
    particle: str | None = pydantic.Field("particle", description="Branch of whole numbers; null: there is none")
    particles: dict[int, str] = pydantic.Field({}, description="Its values → names of classes; others are an error")
    condition: dict[str, str] = pydantic.Field({}, description="Further conditions: name with its unit → branch")
    above_gev: float = pydantic.Field(0.0, ge=0, description="Cells with more count for the sparsity")
    least_cells: int = pydantic.Field(1, ge=0, description="Fewest cells of a shower; 0 keeps empty ones")
    most_outside: float = pydantic.Field(0.1, ge=0, le=1, description="Stop where more of a chunk's cells lie outside")
    label: Literal["particle", "input"] = pydantic.Field(
        "input", description="particle: classes are the names in particles; input: each input has its own label"
    )
    spectators: dict[str, str] = pydantic.Field({}, description="Name with its unit → branch")
    weight: str | None = pydantic.Field(None, description="Branch; default: 1 for each shower")
    key: dict[str, str] = pydantic.Field({}, description="Name in the recipe's event_key → branch")


def cells_of(events, options):
    """Return the cells of each shower and its true energy, in GeV."""
    true = {"true_energy": numbers(events, options.energy) * options.gev}
    if options.dense is not None:
        return ak.zip(sparse(events, options) | true, depth_limit=1)
    lists = {name: events[branch] for name, branch in options.cells.model_dump().items()}
    lists["energy"] = lists["energy"] * options.gev
    return ak.zip(lists | true, depth_limit=1)


def sparse(events, options):
    """Return the cells with energy of dense showers, as lists."""
    dense = ak.to_numpy(events[options.dense])
    if dense.ndim != 4:
        msg = f"branch {options.dense!r} must hold arrays layers × rows × columns, found {dense.shape[1:]}: see `cells`"
        raise ValueError(msg)
    event, *places = np.nonzero(dense)  # NaN too, for the shower to refuse
    counts = np.bincount(event, minlength=len(dense))
    values = {
        **dict(zip(("layer", "row", "column"), places, strict=True)),
        "energy": dense[event, *places] * options.gev,
    }
    return {name: ak.unflatten(each, counts) for name, each in values.items()}


def numbers(events, branch):
    """Return a branch of one number per shower."""
    if events[branch].ndim != 1:
        msg = f"branch {branch!r} must hold one number per shower, and holds lists: name another in the options"
        raise ValueError(msg)
    return ak.to_numpy(events[branch])


def particles_of(events, options):
    """Return the particle of each shower, or None; all are named where any is."""
    if options.particle is None:
        return None
    particle = numbers(events, options.particle)
    unknown = ~np.isin(particle, list(options.particles)) if options.particles else np.zeros(len(particle), np.bool_)
    if unknown.any():
        msg = f"branch {options.particle!r} holds {particle[np.argmax(unknown)]}, none of {sorted(options.particles)}: "
        raise ValueError(msg + "add it to particles")
    return particle


def labels(particle, options):
    """Return the class of each shower by its particle's name, or None for the input's own label."""
    if options.label == "input":
        return None
    if particle is None or not options.particles:
        msg = "label: particle needs the branch particle and the names in particles: give them"
        raise ValueError(msg)
    codes, names = (np.array(each) for each in zip(*sorted(options.particles.items()), strict=True))
    return names[np.searchsorted(codes, particle)]


def condition_of(true_energy, particle, further, options):
    """Return the table of what a generator is given."""
    columns, values = [Column(name="energy_gev", unit="GeV")], {"energy_gev": true_energy}
    if particle is not None and len(options.particles) > 1:
        columns.append(Column(name="particle", categories=sorted(options.particles)))
        values["particle"] = particle
    columns += [Column(name=name) for name in further]
    return Table.of(columns), ak.zip(values | further, depth_limit=1)


def refuse_most_outside(cells, outside, options):
    """Raise where too many cells lie in no layer: then it is not the odd cell that is wrong."""
    n, n_outside = ak.count(cells.layer), outside.sum()
    if n_outside > options.most_outside * n:
        found = ", ".join(
            f"{name} {ak.min(cells[name])} to {ak.max(cells[name])}" for name in ("layer", "row", "column")
        )
        msg = f"{n_outside} of {n} cells lie outside the layers {list(options.shower.sizes)}, found {found}: "
        raise ValueError(msg + "correct the options shower or cells, or raise most_outside")


def ntuple(made, options):
    """Return the branches of showers that a model has made; what it does not know is NaN."""
    cells, given, rows = made.inputs["shower"], made.inputs["condition"], made.n
    branches = {branch: made.key.get(name, made.key["event"]) for name, branch in options.key.items()} or {**made.key}
    branches[options.weight or "generator_weight"] = np.ones(rows, np.float32)
    if options.particle is not None:
        only = next(iter(options.particles), 0)
        branches[options.particle] = np.asarray(
            given["particle"] if "particle" in given.fields else [only] * rows, "i4"
        )
    branches[options.energy] = ak.to_numpy(given["energy_gev"] / options.gev).astype(np.float32)
    branches |= {branch: ak.to_numpy(given[name]).astype(np.float32) for name, branch in options.condition.items()}
    unknown = set(options.spectators.values()) - set(branches)
    branches |= {branch: np.full(rows, np.nan, np.float32) for branch in sorted(unknown)}
    lists = {name: cells[name] for name in ("layer", "row", "column")}
    lists["energy"] = ak.values_astype(cells.energy / options.gev, np.float32)
    if options.dense is None:
        return branches | {branch: lists[name] for name, branch in options.cells.model_dump().items()}
    dense = np.zeros((rows, len(options.shower.sizes), *options.shower.sizes[0]), np.float32)
    *place, energy = (ak.to_numpy(ak.flatten(each)) for each in lists.values())
    dense[np.repeat(np.arange(rows), ak.num(cells.layer)), *place] = energy
    return branches | {options.dense: dense}


def filled(axis, values, weight):
    """Return a histogram of one quantity."""
    return hist.Hist(axis, storage="weight").fill(values, weight=weight)


def examples(events, options):
    """Return one example per shower with enough cells."""
    shower, cells = Shower(options.shower), cells_of(events, options)
    weight = numbers(events, options.weight) if options.weight else np.ones(len(events))
    cutflow, selected = CutFlow.start(weight), np.flatnonzero(ak.num(cells.layer) >= options.least_cells)
    events, cells, weight = events[selected], cells[selected], weight[selected]
    cutflow = cutflow.then(f"at least {options.least_cells} cells", weight)
    n_outside = ak.to_numpy(shower.encode(cells).n_outside)
    refuse_most_outside(cells, n_outside, options)
    shapes, particle = shower_shapes(cells, options.shower, above_gev=options.above_gev), particles_of(events, options)
    true_energy = ak.to_numpy(cells.true_energy)
    further = {name: numbers(events, branch) for name, branch in options.condition.items()}
    return Examples(
        inputs={
            "shower": (shower, cells),
            "condition": condition_of(true_energy, particle, further, options),
            "shapes": (Table.of(shower_shape_columns(options.shower)), shapes),
        },
        object_index=ObjectIndex(event=selected),
        cutflow=cutflow,
        label=labels(particle, options),
        weight=weight,
        spectators={
            **{name: numbers(events, branch) for name, branch in options.spectators.items()},
            "energy_gev": true_energy,
            **({} if particle is None else {"particle": particle}),
            **further,
            **{name: ak.to_numpy(shapes[name]) for name in shapes.fields},
            "n_cells_outside": n_outside,
        },
        missing_allowed=frozenset(options.spectators),  # NaN in generated showers, of which nobody knows them
        key={name: events[branch] for name, branch in options.key.items()} or None,
        histograms={
            "energy_gev": filled(
                hist.axis.Variable(np.geomspace(0.1, 1e4, 51), name="e", label="true energy [GeV]"), true_energy, weight
            ),
            "response": filled(
                hist.axis.Regular(60, 0, 1.5, name="r", label="energy / true energy"),
                ak.to_numpy(shapes.response),
                weight,
            ),
        },
    )


Processor = processor(examples, Options, schema)
