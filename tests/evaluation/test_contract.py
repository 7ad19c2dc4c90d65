"""What every metric of truth, score and weight promises."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from evaluation.contract_figures import FIGURES, of_constant_score
from evaluation.contract_figures import OF_TWO_CLASSES as FIGURES_OF_TWO_CLASSES
from evaluation.toy_scores import gaussians

from hepml.errors import DatasetError, HepmlError, ShapeError
from hepml.evaluation import (
    Estimate,
    accuracy_score,
    bootstrap_auc,
    bootstrap_delta_auc,
    bootstrap_rejection,
    confusion_matrix,
    delta_auc,
    delta_log_rejection,
    ks_2samp,
    rejection_at_signal_efficiency,
    rejection_at_threshold,
    roc_auc_score,
    roc_curve,
    significance_improvement,
    significance_scan,
    weighted_fraction,
    working_points,
)


def _predicted(score):
    return np.asarray(score) > 0.5


def _ks(truth, score, weight):
    """Signal against background; the permutations depend on the order of events, so only the distance is compared."""
    truth, score = np.asarray(truth, dtype=bool), np.asarray(score, dtype=float)
    weight = np.ones(len(score)) if weight is None else weight
    arrays = [score[truth], score[~truth], weight[truth], weight[~truth]]
    test = ks_2samp(*arrays[:2], rng=np.random.default_rng(1), sample_weight=arrays[2], other_weight=arrays[3])
    return Estimate(test.distance, 0.0, "")


def _delta(truth, score, weight):
    """Against a coarser score of the same events."""
    return delta_auc(truth, score, np.round(score, 0), sample_weight=weight).estimate


def _purity(truth, score, weight):
    matrix = confusion_matrix(truth, _predicted(score), n_classes=2, sample_weight=weight)
    return Estimate(matrix.purity.value[1, 1], matrix.purity.error[1, 1], "")


def _background_efficiency(truth, score, weight):
    points = working_points(roc_curve(truth, score, sample_weight=weight), [0.6])
    return Estimate(points.background_efficiency[0], points.background_efficiency_error[0], "")


def _bootstrap(function, *arrays, weight):
    """The draws depend on the order of events, so only the value is compared; see test_bootstrap.py for the error."""
    found = function(*arrays, sample_weight=weight, rng=np.random.default_rng(1), n_replicas=10)
    return Estimate(found.estimate.value, 0.0, "")


def _at_a_cut(name):
    def metric(truth, score, weight):
        scan = significance_scan(
            truth, score, sample_weight=weight, signal_yield=50, background_yield=400, thresholds=[0.8]
        )
        figure = getattr(scan, name)
        return Estimate(figure.value[0], figure.error[0], "")

    return metric


METRICS = {
    "auc": lambda t, s, w: roc_auc_score(t, s, sample_weight=w),
    "rejection at 0.5": lambda t, s, w: rejection_at_signal_efficiency(t, s, 0.5, sample_weight=w),
    "rejection at 0.3": lambda t, s, w: rejection_at_signal_efficiency(t, s, 0.3, sample_weight=w),
    "rejection at a cut": lambda t, s, w: rejection_at_threshold(t, s, 0.8, sample_weight=w),
    "background efficiency": _background_efficiency,
    "accuracy": lambda t, s, w: accuracy_score(t, _predicted(s), sample_weight=w),
    "fraction": lambda t, s, w: weighted_fraction(_predicted(s), sample_weight=w),
    "purity": _purity,
    "delta_auc": _delta,
    "delta_log_rejection": lambda t, s, w: delta_log_rejection(t, s, np.round(s, 0), 0.5, sample_weight=w),
    "ks": _ks,
    "bootstrap auc": lambda t, s, w: _bootstrap(bootstrap_auc, t, s, weight=w),
    "bootstrap delta_auc": lambda t, s, w: _bootstrap(bootstrap_delta_auc, t, s, np.round(s, 0), weight=w),
    "bootstrap rejection": lambda t, s, w: _bootstrap(bootstrap_rejection, t, s, 0.5, weight=w),
    "significance improvement": lambda t, s, w: significance_improvement(t, s, 0.5, sample_weight=w),
    "ams": _at_a_cut("ams"),
    "s/√b": _at_a_cut("s_over_sqrt_b"),
    "s/√(s + b)": _at_a_cut("s_over_sqrt_sb"),
} | FIGURES
OF_TWO_CLASSES = [
    "auc", "rejection at 0.5", "rejection at a cut", "background efficiency", "delta_auc", "bootstrap auc",
    "delta_log_rejection", "bootstrap delta_auc", "bootstrap rejection", "significance improvement", "ams",
    *FIGURES_OF_TWO_CLASSES,
]  # fmt: skip

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
of_two_classes = pytest.mark.parametrize("metric", [METRICS[name] for name in OF_TWO_CLASSES], ids=OF_TWO_CLASSES)
weights = pytest.mark.parametrize("weights", ["gamma", "negative"])


def _toy(weights="gamma"):
    return gaussians(np.random.default_rng(7), n_signal=400, n_background=600, shift=1.0, weights=weights)


def _same(one, other):
    assert astuple(one)[:2] == pytest.approx(astuple(other)[:2], rel=1e-9, nan_ok=True)


@every_metric
def test_weight_two_is_the_event_twice(metric):
    """In the value; an event of weight 2 is one fluctuation, so its error is larger than that of two events."""
    toy = _toy()
    times = np.random.default_rng(3).integers(1, 4, size=len(toy.truth))
    repeated = metric(np.repeat(toy.truth, times), np.repeat(toy.score, times), np.repeat(toy.weight, times))
    weighted = metric(toy.truth, toy.score, toy.weight * times)
    assert weighted.value == pytest.approx(repeated.value, rel=1e-9)
    assert weighted.error >= repeated.error


@every_metric
@weights
def test_order_does_not_matter(metric, weights):
    toy = _toy(weights)
    shuffled = np.random.default_rng(5).permutation(len(toy.truth))
    _same(
        metric(toy.truth, toy.score, toy.weight),
        metric(toy.truth[shuffled], toy.score[shuffled], toy.weight[shuffled]),
    )


@every_metric
@weights
@pytest.mark.parametrize("factor", [1e-6, 0.1, 1e9])
def test_scale_of_the_weights_does_not_matter(metric, weights, factor):
    toy = _toy(weights)
    _same(metric(toy.truth, toy.score, toy.weight), metric(toy.truth, toy.score, toy.weight * factor))


@every_metric
def test_no_weights_are_weights_of_one(metric):
    toy = _toy("none")
    _same(metric(toy.truth, toy.score, None), metric(toy.truth, toy.score, np.ones(len(toy.truth))))


@every_metric
@weights
def test_events_of_weight_zero_are_no_events(metric, weights):
    toy = _toy(weights)
    weight = np.where(np.arange(len(toy.truth)) % 3 == 0, 0.0, toy.weight)
    kept = weight != 0
    _same(metric(toy.truth, toy.score, weight), metric(toy.truth[kept], toy.score[kept], weight[kept]))


@every_metric
def test_a_pair_of_opposite_weights_cancels_in_the_value_but_not_in_the_error(metric):
    toy = _toy()
    truth, score = np.append(toy.truth, [True, True]), np.append(toy.score, [-2.0, -2.0])
    with_pair = metric(truth, score, np.append(toy.weight, [3.0, -3.0]))
    plain = metric(toy.truth, toy.score, toy.weight)
    assert with_pair.value == pytest.approx(plain.value, rel=1e-9)
    assert with_pair.error >= 0.999 * plain.error


@every_metric
def test_score_may_be_float32_and_truth_integer(metric):
    toy = _toy()
    score = toy.score.astype(np.float32)
    _same(metric(toy.truth.astype(np.int8), score, toy.weight), metric(toy.truth, score.astype(float), toy.weight))


@every_metric
def test_constant_scores_say_nothing(metric):
    """Every cut then keeps the same fraction of both classes: AUC 1/2, ε_B = ε_S, no distance."""
    toy = _toy()
    constant = metric(toy.truth, np.full(len(toy.truth), 0.25), toy.weight).value
    share = toy.weight[toy.truth].sum() / toy.weight.sum()
    expected = {
        "auc": 0.5, "rejection at 0.5": 2.0, "rejection at 0.3": 1 / 0.3, "rejection at a cut": np.nan,
        "background efficiency": 0.6, "accuracy": 1 - share, "fraction": 0.0, "purity": np.nan,
        "delta_auc": 0.0, "delta_log_rejection": 0.0, "ks": 0.0,
        "bootstrap auc": 0.5, "bootstrap delta_auc": 0.0, "bootstrap rejection": 2.0,
        "significance improvement": 0.5**0.5, "ams": 0.0, "s/√b": np.nan, "s/√(s + b)": np.nan,
    } | of_constant_score(share)  # fmt: skip
    name = next(key for key, value in METRICS.items() if value is metric)
    assert constant == pytest.approx(expected[name], rel=1e-9, abs=1e-12, nan_ok=True)


def _bad(**changes):
    """A good sample of five events with some arrays replaced."""
    good = {"truth": [1, 1, 0, 0, 0], "score": [0.9, 0.7, 0.8, 0.2, 0.1], "weight": np.ones(5)}
    return list((good | changes).values())


NEED_BOTH_CLASSES = {
    "no signal": (_bad(truth=[0, 0, 0, 0, 0]), "no signal events"),
    "no background": (_bad(truth=[1, 1, 1, 1, 1]), "no background events"),
    "all weights zero": (_bad(weight=np.zeros(5)), "weights of the 2 signal events sum to 0"),
    "negative background": (_bad(weight=np.array([1, 1, 1, -1, -1])), "weights of the 3 background events sum to -1"),
    "truth of another class": (_bad(truth=[1, 1, 0, 0, 2]), "truth must be integers from 0 to 1, but 1 of 5"),
    "fractional truth": (_bad(truth=[0.5, 1, 0, 0, 1]), "truth must be integers from 0 to 1, but 1 of 5"),
    "NaN score": (_bad(score=[0.9, np.nan, 0.8, 0.2, 0.1]), "score must be finite, but 1 of 5"),
    "infinite score": (_bad(score=[np.inf, np.inf, 0.8, 0.2, 0.1]), "score must be finite, but 2 of 5"),
    "NaN weight": (_bad(weight=np.array([np.nan, 1, 1, 1, 1])), "sample_weight must be finite, but 1 of 5"),
}


@of_two_classes
@pytest.mark.parametrize(("arrays", "message"), NEED_BOTH_CLASSES.values(), ids=NEED_BOTH_CLASSES.keys())
def test_what_cannot_be_judged_is_an_error(metric, arrays, message):
    with pytest.raises(DatasetError, match=message):
        metric(*arrays)


@of_two_classes
@pytest.mark.parametrize(
    "arrays",
    [_bad(truth=[1, 0]), _bad(score=[0.9, 0.8, 0.1]), _bad(weight=np.ones(4)), _bad(truth=[], score=[])],
    ids=["truth", "score", "weight", "empty"],
)
def test_arrays_that_do_not_fit_are_an_error(metric, arrays):
    with pytest.raises(ShapeError, match="entry per event"):
        metric(*arrays)


@of_two_classes
def test_two_dimensional_scores_are_an_error(metric):
    with pytest.raises(HepmlError, match=r"score must have shape \(n,\), found \(5, 1\)"):
        metric(*_bad(score=np.zeros((5, 1))))
