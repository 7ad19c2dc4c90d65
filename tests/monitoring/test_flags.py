"""Each score gets one of four flags."""

import numpy as np
import pytest
from monitoring_rows import a_score, a_threshold

from hepml.errors import InputError
from hepml.monitoring.flags import flag_scores
from hepml.monitoring.known_problems import KnownProblem

KNOWN = KnownProblem(histogram="muon", rows=(3, 3), columns=(0, 9), from_run=30, until_run=33, who="Ann", why="HV off")


def statuses(*scores, known=()):
    return [flag.status for flag in flag_scores(scores, {"muon": a_threshold()}, known=known)]


def test_good_up_to_the_threshold_and_bad_above_it():
    assert statuses(a_score(1, 5.0), a_score(2, 5.1), a_score(3, np.inf), a_score(4, -1.0)) == [
        "good",
        "bad",
        "bad",
        "good",
    ]


def test_too_few_entries_are_neither_good_nor_bad():
    assert (
        statuses(a_score(1, 99.0, enough=False), a_score(2, np.nan), a_score(3, 0.0, enough=False))
        == ["not enough statistics"] * 3
    )


def test_a_flag_keeps_the_cells_of_what_is_bad_only():
    good, bad = flag_scores([a_score(1, 1.0, (0, 0)), a_score(2, 9.0, (0, 1))], {"muon": a_threshold()})
    assert (good.cells.tolist(), bad.cells.tolist()) == ([], [1])


def test_a_known_problem_masks_what_it_covers_completely():
    [masked] = flag_scores([a_score(1, 9.0, (3, 2), (3, 9))], {"muon": a_threshold()}, known=[KNOWN])
    assert (masked.status, masked.who, masked.why) == ("masked", "Ann", "HV off")
    assert statuses(a_score(1, 9.0, (3, 2), (3, 10)), known=[KNOWN]) == ["bad"]
    assert statuses(a_score(1, 9.0), known=[KNOWN]) == ["bad"]  # nobody knows where
    assert statuses(a_score(1, 1.0, (3, 2)), known=[KNOWN]) == ["good"]


def test_what_two_known_problems_cover_together_is_masked():
    other = KnownProblem(histogram="muon", cells=[(3, 10)], until_run=40, who="Bo", why="noise")
    scores = [a_score(1, 9.0, (3, 2), (3, 10))]
    [masked] = flag_scores(scores, {"muon": a_threshold()}, known=[KNOWN, other])
    assert (masked.status, masked.who, masked.why) == ("masked", "Ann; Bo", "HV off; noise")


def test_a_known_problem_counts_in_its_runs_and_histogram_only():
    runs = [a_score(1, 9.0, (3, 2), run=run) for run in (29, 30, 33, 34)]
    assert statuses(*runs, known=[KNOWN]) == ["bad", "masked", "masked", "bad"]
    elsewhere = KNOWN.model_copy(update={"histogram": "calorimeter"})
    assert statuses(a_score(1, 9.0, (3, 2)), known=[elsewhere]) == ["bad"]


def test_a_lumisection_twice_and_an_unknown_histogram_are_errors():
    with pytest.raises(InputError, match="run 33, lumisection 1: 'muon' comes twice"):
        statuses(a_score(1, 1.0), a_score(1, 1.0))
    with pytest.raises(InputError, match="'moun' has no threshold: did you mean 'muon'"):
        statuses(a_score(1, 1.0, histogram="moun"))
