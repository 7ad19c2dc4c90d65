"""Expected significances: by hand, their errors by toys, and the cut that one part chooses for another."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import find, gaussian_tail, gaussians, jets, predictions

from hepml.errors import DatasetError, RecipeError
from hepml.evaluation import (
    approximate_median_significance,
    rejection_at_signal_efficiency,
    s_over_sqrt_b,
    s_over_sqrt_sb,
    significance_improvement,
    significance_scan,
)
from hepml.evaluation.labelled import labelled_scores
from hepml.evaluation.significance_figures import significance_figures
from hepml.evaluation.yields import expected_yields, weight_to_yields
from hepml.recipe import Evaluation

FIGURES = {
    "ams": approximate_median_significance,
    "ams without b_r": lambda s, b, **errors: approximate_median_significance(
        s, b, background_uncertainty_events=0.0, **errors
    ),
    "s_over_sqrt_b": s_over_sqrt_b,
    "s_over_sqrt_sb": s_over_sqrt_sb,
}
every_figure = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES.keys())


def test_published_closure():
    assert round(approximate_median_significance(212.85, 4345.09).value, 4) == 3.1996


def test_by_hand():
    """√(2[(s + b) ln 3 − s]) of s = 8, b + b_r = 4; 6/√4; 6/√(6 + 3)."""
    expected = math.sqrt(2 * (12 * math.log(3) - 8))
    assert approximate_median_significance(8, 1, background_uncertainty_events=3).value == pytest.approx(expected)
    assert s_over_sqrt_b(6, 4).value == 3.0
    assert s_over_sqrt_sb(6, 3).value == 2.0


@pytest.mark.parametrize("signal", [1e-9, 1e-3, 1.0])
def test_ams_of_little_signal_is_s_over_sqrt_b(signal):
    """The next order is −s²/(6b^1.5), here below 2·10⁻⁵ of the value; digits are not lost to the logarithm."""
    found = approximate_median_significance(signal, 10_000, signal_error=1.0, background_uncertainty_events=0.0)
    assert found.value == pytest.approx(signal / 100, rel=2e-5)
    assert found.error == pytest.approx(0.01, rel=4e-5)


@every_figure
@pytest.mark.parametrize(("signal", "background"), [(50.0, 400.0), (30.0, 20.0), (0.0, 100.0)])
def test_errors_are_those_of_toys(figure, signal, background):
    rng, errors = np.random.default_rng(1), {"signal_error": 0.3, "background_error": 0.8}
    toys = [
        figure(abs(signal + 0.3 * x), background + 0.8 * y).value * np.sign(signal + 0.3 * x)
        for x, y in rng.normal(size=(3000, 2))
    ]
    assert figure(signal, background, **errors).error == pytest.approx(np.std(toys), rel=0.05)


@every_figure
def test_without_signal_there_is_no_significance_but_an_error(figure):
    nothing = figure(0.0, 25.0, signal_error=2.0)
    assert nothing.value == 0.0
    assert nothing.error > 0


UNDEFINED = {
    "negative background": (5.0, -1.5, "undefined: a background of -1.5 events passes"),
    "negative signal": (-2.0, 30.0, "undefined: a signal of -2 events passes"),
}


@every_figure
@pytest.mark.parametrize(("signal", "background", "reason"), UNDEFINED.values(), ids=UNDEFINED.keys())
def test_sums_of_negative_weights_have_no_significance(figure, signal, background, reason):
    found = figure(signal, background, signal_error=1.0, background_error=1.0)
    assert (math.isnan(found.value), math.isnan(found.error), found.method) == (True, True, reason)


def test_no_background():
    """b_r keeps AMS finite; without it, and for s/√b, there is nothing to divide by."""
    assert approximate_median_significance(5.0, 0.0).value > 0
    assert FIGURES["ams without b_r"](5.0, 0.0).method == "undefined: no background passes, and it has no uncertainty"
    assert s_over_sqrt_b(5.0, 0.0).method == "undefined: a background of 0 events passes"
    assert s_over_sqrt_sb(5.0, 0.0).value == pytest.approx(math.sqrt(5.0))
    assert s_over_sqrt_sb(0.0, 0.0).method == "undefined: nothing passes"


def test_improvement_by_hand():
    """Half of the signal and one in 25 background events: 0.5 × 5, uncertain by half of what the rejection is."""
    truth, score = [1] * 4 + [0] * 25, [0.9, 0.8, 0.3, 0.2] + [0.85] + [0.1] * 24
    found = significance_improvement(truth, score, 0.5)
    rejection = rejection_at_signal_efficiency(truth, score, 0.5)
    assert found.value == pytest.approx(2.5)
    assert found.error / found.value == pytest.approx(0.5 * rejection.error / rejection.value)
    nothing = significance_improvement([1, 1, *[0] * 600], [0.9, 0.8, *[0.1] * 600], 0.5)
    assert nothing.method == "undefined: no background passes; 1/ε_B above 200.3 at 95% confidence"


class TestScan:
    def test_by_hand(self):
        """Cuts at 0.9, 0.6 and 0.2: weights 3 and 1 of signal, 1, 1 and 2 of background, scaled to 8 and 12 events."""
        scan = significance_scan(
            [1, 0, 1, 0, 0],
            [0.9, 0.7, 0.6, 0.3, 0.2],
            sample_weight=[3, 1, 1, 1, 2],
            signal_yield=8,
            background_yield=12,
            thresholds=[0.2, 0.9, 0.6],
        )
        assert scan.threshold.tolist() == [0.9, 0.6, 0.2]
        assert scan.expected.signal.tolist() == [6.0, 8.0, 8.0]
        assert scan.expected.background.tolist() == [0.0, 3.0, 12.0]
        assert scan.background_n_eff.tolist() == [0.0, 1.0, pytest.approx(16 / 6)]
        # At 0.6: [(3/4)² × 1 + (1/4)² × (1 + 4)] / 4², times 12.
        assert scan.expected.background_error[1] == pytest.approx(12 * math.sqrt(14 / 16) / 4)
        expected = approximate_median_significance(
            8, 3, signal_error=scan.expected.signal_error[1], background_error=scan.expected.background_error[1]
        )
        assert (scan.ams.value[1], scan.ams.error[1]) == pytest.approx((expected.value, expected.error))
        assert scan.s_over_sqrt_b.value[1:] == pytest.approx([8 / math.sqrt(3), 8 / math.sqrt(12)])
        assert math.isnan(scan.s_over_sqrt_b.value[0])
        assert scan.s_over_sqrt_sb.value[1] == pytest.approx(8 / math.sqrt(11))

    def test_cuts_are_equal_steps_of_the_signal(self):
        toy = gaussians(np.random.default_rng(1), n_signal=4000, n_background=5000, shift=1.0, weights="negative")
        scan = significance_scan(toy.truth, toy.score, sample_weight=toy.weight, signal_yield=1, background_yield=1)
        assert len(scan.threshold) == 200
        assert (np.diff(scan.threshold) < 0).all()
        assert np.abs(scan.signal_efficiency - np.arange(1, 201) / 200).max() < 0.003

    def test_a_cut_with_a_handful_of_background_is_not_the_best(self):
        """Above 0.9 there is, by chance, one background event, and the AMS is largest."""
        truth = np.repeat([True, True, False, False, False], [100, 100, 1, 60, 400])
        score = np.repeat([0.95, 0.6, 0.95, 0.6, 0.1], [100, 100, 1, 60, 400])
        scan = significance_scan(truth, score, signal_yield=20, background_yield=461)
        assert scan.threshold[scan.best()] == 0.6
        assert scan.threshold[scan.best(minimum_background_events=1)] == 0.95
        assert scan.best(minimum_background_events=1000) is None

    def test_errors_at_a_fixed_cut_cover(self):
        """Of AMS and of s/√b, where the true s and b are known, with negative weights."""
        rng, n = np.random.default_rng(2), 500
        cut, yields = 1.0, {"signal_yield": 100.0, "background_yield": 2000.0}
        s, b = 100 * gaussian_tail(cut - 1.5), 2000 * gaussian_tail(cut)
        truth = {"ams": approximate_median_significance(s, b).value, "s_over_sqrt_b": s / math.sqrt(b)}
        covered = dict.fromkeys(truth, 0)
        for _ in range(n):
            toy = gaussians(rng, n_signal=800, n_background=2000, shift=1.5, weights="negative")
            scan = significance_scan(toy.truth, toy.score, sample_weight=toy.weight, thresholds=[cut], **yields)
            for name, value in truth.items():
                figure = getattr(scan, name)
                covered[name] += abs(figure.value[0] - value) < figure.error[0]
        for name in truth:
            assert covered[name] / n == pytest.approx(0.6827, abs=3 * math.sqrt(0.6827 * 0.3173 / n)), name


EVALUATION = Evaluation(signal_efficiencies=[0.5])
YIELDS = {"w": 60.0, "qcd": 900.0}


def _samples(*, n=3000, **options):
    rng = np.random.default_rng(4)
    return [
        labelled_scores(jets(rng, n=n, shift=2.0, part=part, **options)) for part in ("validation", "test")
    ]  # fmt: skip


class TestFigures:
    @pytest.mark.parametrize("weights", ["none", "negative"])
    def test_the_cut_is_chosen_on_validation_and_read_on_test(self, weights):
        validation, test = _samples(weights=weights)
        test.row[:] += 10_000  # other events
        metrics, curves = significance_figures(validation, test, YIELDS, EVALUATION)
        threshold = find(metrics, "ams_threshold", part="validation").value
        scan = {curve.part: curve for curve in curves}
        assert set(scan) == {"validation", "test"}
        # The largest AMS of the validation curve is there …
        at = int(np.flatnonzero(scan["validation"].columns["threshold"] == threshold)[0])
        assert find(metrics, "ams_max", part="validation").value == scan["validation"].columns["ams"][at]
        # … and the test part's figures are those of events above it, counted here once more.
        passed = test.scores[None][:, 0] >= threshold
        s, b = (
            YIELDS[name] * test.weight[passed & (test.label == k)].sum() / test.weight[test.label == k].sum()
            for k, name in enumerate(("w", "qcd"))
        )
        found = find(metrics, "ams")
        assert found.value == pytest.approx(approximate_median_significance(s, b).value)
        assert 0 < found.error < found.value
        assert found.method.endswith(f"at the cut {threshold:.4g} that is best on validation")
        assert find(metrics, "significance_s_over_sqrt_b").value == pytest.approx(s / math.sqrt(b))
        assert find(metrics, "significance_s_over_sqrt_sb").value == pytest.approx(s / math.sqrt(s + b))
        assert find(metrics, "ams_max").value >= found.value
        assert "biased upward" in find(metrics, "ams_max").method
        assert {curve.labels["best_threshold"] for curve in curves} == {threshold}
        assert find(metrics, "significance_improvement_at_0.5").value > 2

    def test_without_validation_nothing_is_chosen(self):
        _, test = _samples()
        metrics, curves = significance_figures(None, test, YIELDS, EVALUATION)
        names = {metric.name for metric in metrics}
        assert names == {"ams_max", "s_over_sqrt_sb_max", "significance_improvement_at_0.5"}
        assert [curve.part for curve in curves] == ["test"]

    def test_the_same_events_in_both_parts_are_said(self):
        """With folds every event is validated on by one fold and tested by another."""
        metrics, _ = significance_figures(*_samples(), YIELDS, EVALUATION)
        assert find(metrics, "ams").method.endswith("(the same events, scored by other folds)")

    def test_the_best_of_many_cuts_is_biased_and_the_chosen_one_is_not(self):
        """Scores that say nothing, against the AMS that keeps everything."""
        truth = approximate_median_significance(60.0, 900.0).value
        largest, chosen = [], []
        for seed in range(40):
            rng = np.random.default_rng(seed)
            validation, test = (labelled_scores(jets(rng, n=400, shift=0.0, part=p)) for p in ("validation", "test"))
            metrics, _ = significance_figures(validation, test, YIELDS, EVALUATION)
            largest.append(find(metrics, "ams_max", part="validation").value)
            chosen.append(find(metrics, "ams").value)
        assert np.mean(largest) > truth + 2 * np.std(largest) / math.sqrt(40)
        assert np.mean(chosen) < truth + 2 * np.std(chosen) / math.sqrt(40)

    def test_too_few_events_to_choose(self):
        validation, test = _samples(n=16)
        metrics, curves = significance_figures(validation, test, YIELDS, EVALUATION)
        for name in ("ams", "ams_max", "significance_s_over_sqrt_b"):
            metric = find(metrics, name)
            assert math.isnan(metric.value)
            assert metric.method == "undefined: no cut leaves 10 effective background events"
        assert math.isnan(curves[0].labels["best_threshold"])

    def test_every_class_against_the_rest(self):
        """Three classes: b is the sum of two, each scaled to its own yield."""
        rng = np.random.default_rng(5)
        label = np.arange(3000) % 3
        score = rng.dirichlet([1, 1, 1], size=3000) + 0.5 * np.eye(3)[label]
        sample = labelled_scores(predictions(label, score, classes=("a", "b", "c"), signal="a"))
        metrics, curves = significance_figures(None, sample, {"a": 10.0, "b": 20.0, "c": 400.0}, EVALUATION)
        assert [curve.class_ for curve in curves] == ["a", "b", "c"]
        last = curves[0].columns
        assert last["background_yield"][-1] <= 420.0
        passed = sample.scores[None][:, 0] >= last["threshold"][100]
        expected = 20 * passed[label == 1].mean() + 400 * passed[label == 2].mean()
        assert last["background_yield"][100] == pytest.approx(expected)
        assert {metric.class_ for metric in metrics} == {"a", "b", "c"}


class TestYields:
    def test_default_counts_each_event_once(self):
        """Two parts with the same rows, as with folds, and a third with others."""
        one, same = _samples(n=100)
        other = labelled_scores(jets(np.random.default_rng(1), n=40, part="train"))
        other.row[:] += 100
        assert expected_yields([one, same, other], EVALUATION) == {"w": 70.0, "qcd": 70.0}

    def test_the_recipe_says(self):
        given = {"w": 5.0, "qcd": 7.0}
        assert expected_yields(_samples(n=10), Evaluation(yields=given)) == given
        with pytest.raises(RecipeError, match="every class, but 'qcd' is missing"):
            expected_yields(_samples(n=10), Evaluation(yields={"w": 5.0}))
        with pytest.raises(RecipeError, match="'qdc' is no class"):
            expected_yields(_samples(n=10), Evaluation(yields={"w": 5.0, "qcd": 5.0, "qdc": 7.0}))

    def test_weights_sum_to_them(self):
        sample = _samples(n=500, weights="negative")[0]
        weight = weight_to_yields(sample, YIELDS)
        assert [weight[sample.label == k].sum() for k in (0, 1)] == pytest.approx([60.0, 900.0])
        sample.weight[sample.label == 1] = -1.0
        with pytest.raises(DatasetError, match="class 'qcd' sum to -250, which cannot be scaled"):
            weight_to_yields(sample, YIELDS)
