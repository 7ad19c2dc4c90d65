"""From a barrel sample to a network that tracks are built with."""

import json
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml import workflow
from hepml.datasets import open_dataset
from hepml.errors import RunError
from hepml.evaluation import Reconstructable
from hepml.processing import load_processor_file
from hepml.recipe import load_recipe
from hepml.reports.track_table import track_tables
from hepml.tracking import STEP_FEATURES, HelixFilter
from hepml.workflow.barrel_files import read_barrel_events
from hepml.workflow.compare_builders import compare_builders
from hepml.workflow.track_propagator import network_propagator

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("barrel")


@pytest.fixture(scope="module")
def sample(home):
    options = {"detector": "barrel", "particles": (20, 20)}
    return workflow.sample("tracks", home / "barrel", events=60, options=options).files[0].path


@pytest.fixture(scope="module")
def run(home, sample):
    recipe = load_recipe(
        PROJECT / "examples" / "tracks" / "barrel.yaml",
        inputs={"barrel": [str(sample)]},
        settings={"training.epochs": 2, "models.lstm.training.batch_size": 64},
    )
    workflow.process(recipe, home / "dataset")
    workflow.train(recipe, home / "dataset", home / "run")
    return home / "run"


def test_examples_are_particles_with_their_hits(home, run, sample):
    manifest = open_dataset(home / "dataset").manifest
    events = read_barrel_events(sample)
    assert manifest.rows == (events.n_hits_of_particle >= 4).sum()
    module = load_processor_file(PROJECT / "processors" / "barrel_tracks.py")
    with uproot.open(sample) as file:
        made = module.examples(file["Events"].arrays(), module.Options())
    sequence, columns = made.inputs["track"]
    assert [feature.name for feature in sequence.options.features] == list(STEP_FEATURES)
    assert ak.sum(columns.seen, axis=1).tolist() == made.spectators["n_hits"].tolist()
    particles = np.repeat(np.arange(60), 20)
    np.testing.assert_array_equal(made.object_index.event, particles[events.n_hits_of_particle >= 4])
    assert made.object_index.object.max() == 19


@pytest.fixture(scope="module")
def judged(home, run, sample):
    network = network_propagator(run)
    assert network.barrel.radii_cm.tolist() == pytest.approx(np.linspace(3, 100, 10).tolist())
    propagators = {"kalman": HelixFilter(network.barrel), "network": network}
    return compare_builders(
        read_barrel_events(sample),
        network.barrel,
        propagators,
        home / "tracks",
        expected=Reconstructable(min_hits=8),
        shown_events=(),
    )


def test_builders_are_compared_on_the_same_events(home, judged):
    assert judged.metric("track_efficiency", run="kalman").value > 0.98
    # Two epochs on a thousand particles: far from right, but nowhere near the wrong hits.
    assert judged.metric("track_efficiency", run="network").value > 0.9
    assert judged.metric("pull_width_z", run="network").value == pytest.approx(1, abs=0.4)
    rows = json.loads((home / "tracks" / "metrics.json").read_text())["metrics"]
    assert {row["name"] for row in rows} >= {"track_fake_rate", "delta_track_efficiency", "pull_width_rphi"}
    pictures = {path.name for path in (home / "tracks" / "plots").glob("*.png")}
    assert pictures == {"rates_pt_gev.png", "rates_eta.png", "pulls.png"}  # all events have as many particles
    [rates, pulls, layers] = track_tables(judged.metrics)
    assert rates.header == ("", "kalman", "network", "network − kalman")
    assert (len(rates.rows), len(pulls.rows), len(layers.rows)) == (5, 7, 14)


def test_trees_of_tracks_are_friends_of_the_hits(home, judged, sample):
    with uproot.open(home / "tracks" / "kalman.root") as file:
        tracks = file["Events"].arrays()
    with uproot.open(sample) as file:
        hits = file["Events"].arrays(["hit_layer", "hit_particle"])
    assert len(tracks) == 60
    for layer in (0, 9):
        place = tracks[f"track_hit_{layer}"]
        assert ak.all(hits.hit_layer[place[place >= 0]] == layer)
    assert set(ak.flatten(tracks.track_charge).tolist()) == {-1, 1}


def test_a_run_of_another_task_is_refused(home, run):
    values = json.loads((run / "run.json").read_text())
    other = home / "other"
    other.mkdir()
    for path in run.iterdir():
        if path.name != "run.json":
            (other / path.name).symlink_to(path)
    values["task"]["kind"] = "classification"
    (other / "run.json").write_text(json.dumps(values))
    with pytest.raises(RunError):
        network_propagator(other)
