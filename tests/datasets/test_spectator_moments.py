"""Mean and standard deviation of targets, by the weights of the rows that a part delivers."""

import numpy as np
import pytest
from tiny_dataset import TinyShard, write_tiny

from hepml.datasets import open_dataset
from hepml.recipe import Split, Weights

SPLIT = Split(parts={"train": 50, "test": 50})
RNG = np.random.default_rng(1)
PT = 1e6 + RNG.normal(size=400)
WEIGHT = np.where(RNG.random(400) < 0.2, -0.5, 1.0)
LABEL = RNG.integers(0, 2, 400)
BUCKET = RNG.integers(0, 100, 400)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    shards = [
        TinyShard("a", 200, LABEL[rows], WEIGHT[rows], BUCKET[rows], PT[rows])
        for rows in (slice(0, 200), slice(200, 400))
    ]
    return open_dataset(write_tiny(tmp_path_factory.mktemp("tiny"), shards).folder)


def moments(data, **changed):
    options = {"training": True, "weights": Weights(balance="none"), "split": SPLIT, "seed": 1} | changed
    part = data.source("train", inputs=["table"], spectators=["jet_pt_gev"], **options)
    (found,) = part.target_moments(["jet_pt_gev"]).values()
    batches = list(part.ordered())
    weight = np.abs(np.concatenate([batch.weight for batch in batches]))
    pt = np.concatenate([batch.spectators["jet_pt_gev"] for batch in batches])
    mean = np.average(pt, weights=weight)
    return found, (mean, np.sqrt(np.average((pt - mean) ** 2, weights=weight)))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"training": False},
        {"weights": Weights()},
        {"weights": Weights(negative="drop")},
        {"weights": Weights(negative="rebalance", reweight={"columns": {"jet_pt_gev": [999_999, 1e6, 1_000_001]}})},
    ],
    ids=["keep", "physics weights", "balance", "drop", "reweight"],
)
def test_they_are_those_of_the_rows_delivered(data, changed):
    found, by_hand = moments(data, **changed)
    # The digits of the deviation survive a mean that is a million times as large.
    assert found == pytest.approx(by_hand, rel=1e-9)
    assert 0.8 < found[1] < 1.2


def test_they_are_of_the_part_alone(data):
    chosen = BUCKET < 50
    assert moments(data, training=False)[0][0] == pytest.approx(
        np.average(PT[chosen], weights=np.abs(WEIGHT[chosen])), rel=1e-12
    )


def test_missing_values_do_not_count_and_nothing_has_no_mean(tmp_path):
    pt = [1.0, 3.0, np.nan, 9.0]
    written = write_tiny(tmp_path, [TinyShard("a", 4, [0, 1, 0, 1], bucket=[0, 1, 2, 99], pt=pt)])
    tiny = open_dataset(written.folder)

    def of(ranges):
        split = Split(parts={"train": [ranges], "rest": [[90, 99]]})
        part = tiny.source(
            "train", inputs=["table"], spectators=["jet_pt_gev"], training=False, weights=Weights(), split=split, seed=1
        )
        return part.target_moments(["jet_pt_gev"])["jet_pt_gev"]

    assert of([0, 9]) == pytest.approx((2.0, 1.0))
    assert np.isnan(of([2, 2])).all()


def test_none_are_asked_for_none_are_read(data):
    part = data.source("train", inputs=["table"], training=True, weights=Weights(), split=SPLIT, seed=1)
    assert part.target_moments([]) == {}
