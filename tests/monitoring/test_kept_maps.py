"""Maps are kept of the worst lumisections and of one good one per run, whatever the number of lumisections."""

import numpy as np
from monitoring_rows import a_threshold

from hepml.contracts import ScoredHistograms
from hepml.monitoring.kept_maps import lumi_scores


def block(run, scores, *, entries=None):
    """Return lumisections 1, 2, … of a map of 2 × 3 cells with these scores; their counts are the lumisection."""
    n = len(scores)
    lumi = np.arange(1, n + 1)
    counts = np.broadcast_to(lumi[:, None, None], (n, 2, 3)).astype(np.float32)
    masked = np.zeros((n, 2, 3), bool)
    masked[:, 0, 0] = True
    marked = np.zeros((n, 2, 3), bool)
    marked[:, 1, 2] = True
    return ScoredHistograms(
        name="muon",
        run=np.full(n, run),
        lumi=lumi,
        entries=np.asarray(entries if entries is not None else np.ones(n), float),
        score=np.asarray(scores, float),
        enough=~np.isnan(scores),
        observed=counts,
        expected=counts,
        pull=counts,
        masked=masked,
        marked=marked,
    )


def kept(scores):
    return [(score.run, score.lumi) for score in scores if score.has_maps]


def test_the_highest_scores_and_the_good_one_with_most_entries():
    blocks = [block(1, [9, 1, 7, 2], entries=[1, 5, 1, 8]), block(2, [6, 3, 8])]
    scores = lumi_scores(blocks, {"muon": a_threshold(5.0)}, most_maps=2)
    assert len(scores) == 7
    assert kept(scores) == [(1, 1), (1, 4), (2, 2), (2, 3)]
    [best] = [score for score in scores if (score.run, score.lumi) == (1, 4)]
    np.testing.assert_array_equal(best.maps.observed, [[np.nan, 4, 4], [4, 4, 4]])
    assert [one.cells.tolist() for one in scores if one.run == 1] == [[5], [], [5], []]  # of bad ones alone


def test_nothing_is_kept_of_what_has_no_score_or_no_threshold():
    assert kept(lumi_scores([block(1, [np.nan])], {"muon": a_threshold()}, most_maps=2)) == []
    assert kept(lumi_scores([block(1, [9.0])], {"muon": a_threshold()}, most_maps=0)) == []
    [score] = lumi_scores([block(1, [9.0])], {"calorimeter": a_threshold()}, most_maps=0)
    assert (score.score, score.has_maps) == (9.0, False)
