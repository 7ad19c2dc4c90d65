"""The processor file of these tests: a table and an image of each jet, with everything a test may want to turn on.

Environment variables, which are no part of what makes a dataset, make it slow or deadly.
"""

import os
import signal
import time
from pathlib import Path

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, JetImage, ObjectIndex, Table, processor

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set."""

    pt_min_gev: float = 0.0
    with_key: bool = True
    label: str | None = None
    pixels: int = 5


def examples(events, options):
    """Return one example per jet above the threshold."""
    time.sleep(float(os.environ.get("HEPML_TEST_SECONDS", "0")))
    die_once = os.environ.get("HEPML_TEST_DIE_ONCE")
    if die_once and not Path(die_once).exists():
        Path(die_once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if os.environ.get("HEPML_TEST_DIE_ALWAYS") and events.metadata["entrystart"] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    cutflow = CutFlow.start(events.generator_weight)
    keep = ak.to_numpy(events.jet_pt >= options.pt_min_gev)
    jets = events[keep]
    weight = ak.to_numpy(jets.generator_weight)
    table = ak.zip({"pt": jets.jet_pt, "mass": jets.jet_mass})
    particles = ak.zip({name: jets[f"part_{name}"] for name in ("pt", "eta", "phi")}, depth_limit=1)
    image = JetImage(JetImage.Options(pixels=options.pixels, channels=("pt",)))
    axis = hist.axis.Regular(10, 0, 500, name="pt")
    return Examples(
        inputs={"jet": (Table.of({"pt": "GeV", "mass": "GeV"}), table), "image": (image, particles)},
        object_index=ObjectIndex(event=np.flatnonzero(keep)),
        cutflow=cutflow.then("pt", weight),
        label=None if options.label is None else np.full(len(jets), options.label),
        weight=weight,
        spectators={"jet_pt_gev": jets.jet_pt, "n_particles": ak.num(jets.part_pt)},
        key={name: jets[name] for name in ("run", "lumi", "event")} if options.with_key else None,
        histograms={"jet_pt": hist.Hist(axis, storage="weight").fill(jets.jet_pt, weight=weight)},
    )


Processor = processor(examples, Options, schema)
