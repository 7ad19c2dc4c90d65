"""The processor of the toy's tracks against the sample read directly."""

from pathlib import Path

import awkward as ak
import numpy as np
import uproot
from coffea.nanoevents import BaseSchema, NanoEventsFactory
from toy_track_pixels import read_toy

from hepml import workflow
from hepml.processing import load_processor_file

TOY = Path(__file__).resolve().parents[2] / "processors" / "toy_tracks.py"


def test_pixels_and_track(tmp_path):
    options = {"layers": 9, "pixels": 7, "seed_layers": 2, "background_tracks": 1}
    workflow.sample("tracks", tmp_path / "toy", events=60, seed=1, options=options)
    path = tmp_path / "toy" / "toy.root"
    events = NanoEventsFactory.from_root({str(path): "Events"}, schemaclass=BaseSchema, mode="eager").events()
    module = load_processor_file(TOY)
    made = module.examples(events, module.options({"layers": 9, "pixels": 7}))
    on, signal = read_toy(path, n_layers=9, n_pixels=7)
    pixels, hits = made.inputs["pixels"]
    np.testing.assert_array_equal(pixels.decode(pixels.encode(hits))["on"][..., 0], on)
    sequence, track = made.inputs["track"]
    decoded = sequence.decode(sequence.encode(track))
    np.testing.assert_array_equal(decoded[""][..., 0], signal)
    assert decoded["mask"].all()
    with uproot.open(path) as file:
        wanted = file["Events"].arrays(["track_slope", "event"])
    np.testing.assert_array_equal(made.spectators["track_slope"], wanted["track_slope"][:, 0])
    np.testing.assert_array_equal(made.spectators["n_hits"], on.sum(axis=(1, 2)))
    assert ak.all(made.key["event"] == wanted["event"])
