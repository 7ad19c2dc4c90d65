"""Rates of found tracks, their bins, and differences of builders."""

import math

import numpy as np
import pytest
from track_events import tracks_of, two_events

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation import Reconstructable, judge_tracks, match_tracks
from hepml.evaluation.track_counts import TrackCounts, count_tracks
from hepml.evaluation.track_rates import track_rate, track_rate_curve, track_rate_difference

GOOD = [[0, 1, 2, 8], [4, 5, 6, 7], [9, 10, 11, 12]]
POOR = [[0, 1, 2, 8], [4, 1, 6, 3], [9, 10, 11, -1], [9, 10, 11, 12]]
FOUR = Reconstructable(min_hits=4)


def counts_of(hits, expected=FOUR):
    events = two_events()
    found = tracks_of(events, hits)
    return {each.name: each for each in count_tracks(found, match_tracks(found, events), events, expected)}


def test_rates_by_hand():
    values = {name: track_rate(counts).value for name, counts in counts_of(POOR).items()}
    assert values == {
        "track_efficiency": pytest.approx(2 / 3),
        "track_fake_rate": 1 / 4,
        "track_duplicate_rate": 1 / 4,
        "track_hit_purity": pytest.approx((3 + 3 + 4) / (4 + 3 + 4)),
        "track_hit_efficiency": pytest.approx((3 + 4) / (4 + 4)),
    }


def test_errors_are_binomial_and_never_0():
    assert track_rate(counts_of(POOR)["track_efficiency"]).error == pytest.approx(math.sqrt(2 / 3 * 1 / 3 / 3))
    assert track_rate(counts_of(GOOD)["track_efficiency"]).error == pytest.approx(1 / 3)
    nothing = track_rate(counts_of([])["track_fake_rate"])
    assert math.isnan(nothing.value)
    assert nothing.method.startswith("undefined")


def test_only_what_is_reconstructable_counts():
    assert counts_of(GOOD, Reconstructable(min_hits=5))["track_efficiency"].n_trials.sum() == 0
    window = Reconstructable(min_hits=4, pt_gev=(1.5, 3.0), eta_max=1.0)
    assert counts_of(GOOD, window)["track_efficiency"].variables["pt_gev"].tolist() == [2.0]


def test_bins():
    curve = track_rate_curve(counts_of(POOR)["track_efficiency"], "pt_gev", [0.5, 1.5, 5.0, 9.0], run="a")
    np.testing.assert_allclose(curve.columns["value"], [1.0, 0.5, np.nan])
    np.testing.assert_allclose(curve.columns["error"], [1.0, math.sqrt(0.125), np.nan])
    assert curve.columns["n"].tolist() == [1, 2, 0]
    assert counts_of(POOR)["track_efficiency"].variables["n_particles"].tolist() == [2, 2, 1]


def test_the_difference_of_two_builders_by_hand():
    one, other = counts_of(POOR)["track_efficiency"], counts_of(GOOD)["track_efficiency"]
    change = track_rate_difference(one, other, n_events=2)
    # of 2 and 1 particles 1 and 1 are found, and all: moves (1 − 4/3)/3 and (1 − 2/3)/3 against 0
    assert change.value == pytest.approx(-1 / 3)
    assert change.error == pytest.approx(math.sqrt(2 * 2 / 81))
    same = track_rate_difference(other, other, n_events=2)
    assert (same.value, same.error) == (0.0, pytest.approx(1 / 3))  # no event differs: not better than one in three
    with pytest.raises(ShapeError, match="same rate"):
        track_rate_difference(one, counts_of(GOOD)["track_fake_rate"], n_events=2)


def test_the_paired_error_is_the_spread_of_the_difference():
    rng = np.random.default_rng(1)
    n_samples, n_events = 400, 50

    def draw():
        n = rng.poisson(6, n_events) + 1
        event = np.repeat(np.arange(n_events), n)
        easy = rng.random(len(event))
        passed = [(easy < cut + 0.1 * rng.random(len(event))).astype(int) for cut in (0.7, 0.72)]
        ones = np.ones(len(event), np.int64)
        return track_rate_difference(*(TrackCounts("e", p, ones, event, {}) for p in passed), n_events=n_events)

    differences = [draw() for _ in range(n_samples)]
    spread = np.std([each.value for each in differences])
    assert np.mean([each.error for each in differences]) == pytest.approx(spread, rel=0.12)


def test_builders_side_by_side():
    events = two_events()
    judged = judge_tracks({"good": tracks_of(events, GOOD), "poor": tracks_of(events, POOR)}, events, expected=FOUR)
    assert judged.metric("track_efficiency", run="good").value == 1
    change = judged.metric("delta_track_fake_rate", run="poor")
    assert (change.against, change.value) == ("good", 0.25)
    names = {(curve.name, curve.run, curve.labels["variable"]) for curve in judged.curves}
    assert ("track_fake_rate", "poor", "n_particles") in names
    assert len(names) == 3 * 2 * 3
    with pytest.raises(DatasetError, match="track_hit_purity"):
        judged.metric("auc", run="good")
