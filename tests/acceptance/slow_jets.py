"""A processor for tests of jobs: the jets' own columns, slowly or with much memory where the options say so."""

import time

import awkward as ak
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, ObjectIndex, Table, processor

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """How slow, how large, and where it goes wrong."""

    seconds: float = 0.0
    megabytes: int = 0
    wrong_in: str = ""


def examples(events, options):
    """Return one example per jet."""
    ballast = np.ones(options.megabytes * 2**17)  # 8 bytes each
    time.sleep(options.seconds)
    if options.wrong_in and options.wrong_in in events.metadata["filename"]:
        msg = f"cannot make anything of {options.wrong_in} with {len(ballast)} numbers"
        raise ValueError(msg)
    weight = ak.to_numpy(events.generator_weight)
    columns = {name: events[f"jet_{name}"] for name in ("pt", "mass")}
    return Examples(
        inputs={"table": (Table.of({"pt": "GeV", "mass": "GeV"}), ak.zip(columns))},
        object_index=ObjectIndex(event=np.arange(len(events))),
        cutflow=CutFlow.start(weight),
        weight=weight,
        key={name: ak.to_numpy(events[name]) for name in ("run", "lumi", "event")},
    )


Processor = processor(examples, Options, schema)
