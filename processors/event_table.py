"""Any flat ntuple, one number per branch and event, as a table; the recipe says which branches."""

import awkward as ak
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import Column, CutFlow, Examples, ObjectIndex, Table, processor

schema = BaseSchema

# What no branch holds: functions of the events, used under these names like branches.  Put your own in their place.
DERIVED = {
    "abs_dphi_tau_lep": lambda e: np.abs((e.PRI_tau_phi - e.PRI_lep_phi + np.pi) % (2 * np.pi) - np.pi),
    "transverse_over_visible_mass": lambda e: e.DER_mass_transverse_met_lep / e.DER_mass_vis,
}


class Variable(Column):
    """A column of the table, or a spectator; its name alone is enough."""

    branch: str | None = pydantic.Field(None, description="In the file, where it is called otherwise")


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    columns: list[Variable] = pydantic.Field(min_length=1, description="What models read")
    spectators: list[Variable] = pydantic.Field([], description="What they do not, the targets of a regression too")
    windows: dict[str, tuple[float, float]] = pydantic.Field({}, description="Branch → [low, high) to be selected")
    label: str | None = pydantic.Field(None, description="Branch of whole numbers; default: the label of the input")
    classes: dict[int, str] = pydantic.Field({}, min_length=2, description="Value of the label → class; else an index")
    weight: str | None = pydantic.Field(None, description="Branch; default: 1 for each event")
    key: dict[str, str] = pydantic.Field({}, description="Name in the recipe's event_key → branch")


def column(events, name):
    """Return a branch, or what is derived under its name."""
    return DERIVED[name](events) if name in DERIVED else events[name]


def table(events, variables):
    """Return the table of these variables, and their values as the file has them."""
    values = {variable.name: column(events, variable.branch or variable.name) for variable in variables}
    return Table.of(variables), ak.zip(values, depth_limit=1)


def encoded(events, variables):
    """Return their values by name: NaN where they are missing, and of categories the place in the list."""
    representation, values = table(events, variables)
    stored = representation.encode(values)
    return dict(zip(stored.fields, ak.unzip(stored), strict=True))


def labels(events, options):
    """Return the class of each event: its name, or its index as the branch has it."""
    if not options.classes:
        return ak.to_numpy(column(events, options.label))
    label = Variable(name="label", branch=options.label, categories=tuple(options.classes))
    place = ak.to_numpy(encoded(events, [label])["label"])
    if np.isnan(place).any():
        msg = f"label {options.label!r} is NaN: leave these events out, by `windows` for instance"
        raise ValueError(msg)
    return np.array(list(options.classes.values()))[place.astype(np.int64)]


def examples(events, options):
    """Return one example per event that is inside all windows."""
    weight = column(events, options.weight) if options.weight else np.ones(len(events))
    cutflow, selected = CutFlow.start(weight), np.arange(len(events))
    for name, (low, high) in options.windows.items():
        value = column(events, name)[selected]
        selected = selected[(value >= low) & (value < high)]
        cutflow = cutflow.then(f"{name} window", weight[selected])
    chosen = events[selected]
    return Examples(
        inputs={"table": table(chosen, options.columns)},
        object_index=ObjectIndex(event=selected),
        cutflow=cutflow,
        label=labels(chosen, options) if options.label else None,
        weight=weight[selected],
        spectators=encoded(chosen, options.spectators) if options.spectators else {},
        key={name: chosen[branch] for name, branch in options.key.items()} or None,
        missing_allowed=frozenset(variable.name for variable in options.spectators if variable.missing is not None),
    )


Processor = processor(examples, Options, schema)
