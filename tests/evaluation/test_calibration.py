"""Scores as probabilities: how good they are, and calibrations that are fitted on other events."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights, find, predictions
from sklearn.calibration import calibration_curve as sklearn_calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss as sklearn_brier
from sklearn.metrics import log_loss as sklearn_log_loss

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation import (
    brier_score_loss,
    calibration_curve,
    evaluate_predictions,
    expected_calibration_error,
    fit_isotonic,
    fit_temperature,
    log_loss,
)
from hepml.recipe import Evaluation, Weights


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _toy(rng, *, n=2000, temperature=1.0, weights="none"):
    """Truth that is drawn with probability `true`, and a score that is too sure of it by a factor `temperature`."""
    logit = 1.5 * rng.normal(size=n)
    true = _sigmoid(logit)
    return rng.random(n) < true, _sigmoid(temperature * logit), draw_weights(rng, n, weights), true


class TestBrierAndLogLoss:
    def test_by_hand(self):
        """Squares 0.01, 0.04, 0.25: their mean, and √(variance / 3)."""
        brier = brier_score_loss([1, 0, 1], [0.9, 0.2, 0.5])
        assert brier.value == pytest.approx(0.1)
        assert brier.error == pytest.approx(np.std([0.01, 0.04, 0.25], ddof=1) / math.sqrt(3))
        assert log_loss([1, 0], [0.5, 0.75]).value == pytest.approx((math.log(2) + math.log(4)) / 2)

    def test_agree_with_scikit_learn(self):
        truth, score, weight, _ = _toy(np.random.default_rng(1), weights="gamma")
        assert brier_score_loss(truth, score, sample_weight=weight).value == pytest.approx(
            sklearn_brier(truth, score, sample_weight=weight)
        )
        assert log_loss(truth, score, sample_weight=weight).value == pytest.approx(
            sklearn_log_loss(truth, score, sample_weight=weight)
        )

    def test_log_loss_of_many_classes(self):
        rng = np.random.default_rng(2)
        label, scores, weight = (
            rng.integers(0, 4, size=300),
            rng.dirichlet(np.ones(4), size=300),
            rng.gamma(1, size=300),
        )
        assert log_loss(label, scores, sample_weight=weight).value == pytest.approx(
            sklearn_log_loss(label, scores, sample_weight=weight)
        )

    def test_a_sure_mistake_in_float32_has_a_finite_loss(self):
        assert log_loss([1, 0], np.float32([0.0, 1.0])).value == pytest.approx(-math.log(np.finfo(np.float32).eps))

    def test_balanced_classes_count_the_same(self):
        """Signal loses 0.01 on average, background 0.36, whatever there is more of."""
        truth, score = [1, 0, 0, 0], [0.9, 0.6, 0.6, 0.6]
        assert brier_score_loss(truth, score).value == pytest.approx(0.2725)
        assert brier_score_loss(truth, score, balanced_by=truth).value == pytest.approx(0.185)
        weighted = brier_score_loss(truth, score, sample_weight=[5.0, 1.0, -1.0, 2.0], balanced_by=truth)
        assert weighted.value == pytest.approx(0.185)

    @pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
    @pytest.mark.parametrize("balanced", [False, True])
    def test_coverage(self, weights, balanced):
        """Twice as much signal as background in truth; the expectation is known by integration over the score."""
        rng, n, inside = np.random.default_rng(3), 600, 0
        grid = np.linspace(0, 1, 20_001)[1:-1]
        expected = float(np.mean(grid * (1 - grid)))  # the score is uniform, and is the probability
        if balanced:  # E[(1 − p)² | signal]/2 + E[p² | background]/2 with densities 2p and 2(1 − p)
            expected = float(np.mean(grid * (1 - grid) ** 2 + (1 - grid) * grid**2))
        for _ in range(n):
            score = rng.random(400)
            truth = rng.random(400) < score
            brier = brier_score_loss(
                truth, score, sample_weight=draw_weights(rng, 400, weights), balanced_by=truth if balanced else None
            )
            inside += abs(brier.value - expected) < brier.error
        assert inside / n == pytest.approx(0.6827, abs=3 * math.sqrt(0.6827 * 0.3173 / n))

    def test_what_is_no_probability_is_refused(self):
        with pytest.raises(DatasetError, match=r"must be in \[0, 1\], but 1 of 2 are not: apply a sigmoid"):
            brier_score_loss([1, 0], [1.2, 0.3])
        with pytest.raises(DatasetError, match="those of 1 of 2 do not: apply a softmax"):
            log_loss([1, 0], [[0.5, 0.5], [0.9, 0.9]])
        with pytest.raises(ShapeError, match=r"found \(2, 1\): give one per class"):
            log_loss([1, 0], [[0.5], [0.9]])
        with pytest.raises(ShapeError, match="truth has 3, probability has 2"):
            brier_score_loss([1, 0, 1], [0.5, 0.5])
        with pytest.raises(DatasetError, match="the 2 weights of class 0 sum to -1"):
            brier_score_loss([1, 0, 0], [0.5] * 3, sample_weight=[1, 1, -2], balanced_by=[1, 0, 0])


class TestReliability:
    def test_by_hand(self):
        """Two bins of three: signal 1 of 3 at 0.2, and 4 of 5 of the weight at 0.72."""
        curve = calibration_curve(
            [0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.6, 0.7, 0.8], sample_weight=[1, 1, 1, 1, 1, 1], n_bins=2
        )
        assert (curve.low.tolist(), curve.high.tolist()) == ([0.1, 0.6], [0.6, 0.8])
        np.testing.assert_allclose(curve.score_mean, [0.2, 0.7])
        np.testing.assert_allclose(curve.fraction, [1 / 3, 2 / 3])
        np.testing.assert_allclose(curve.fraction_error, math.sqrt(1 / 3 * 2 / 3 / 3))
        np.testing.assert_allclose(curve.n_eff, [3, 3])

    def test_agrees_with_scikit_learn(self):
        """Its quantile bins, where no score is on an edge."""
        truth, score, _, _ = _toy(np.random.default_rng(4), n=1000)
        fraction, mean = sklearn_calibration_curve(truth, score, n_bins=10, strategy="quantile")
        curve = calibration_curve(truth, score)
        np.testing.assert_allclose(curve.score_mean, mean, rtol=1e-12)
        np.testing.assert_allclose(curve.fraction, fraction, rtol=1e-12)

    def test_ece_is_the_mean_distance_of_the_curve(self):
        truth, score, weight, _ = _toy(np.random.default_rng(5), temperature=2.0, weights="gamma")
        curve = calibration_curve(truth, score, sample_weight=weight)
        share = [weight[(score >= low) & ((score < high) | (high == score.max()))].sum() for low, high in
                 zip(curve.low, curve.high, strict=True)]  # fmt: skip
        expected = np.average(np.abs(curve.fraction - curve.score_mean), weights=share)
        assert expected_calibration_error(truth, score, sample_weight=weight).value == pytest.approx(expected)

    @pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
    def test_ece_of_a_calibrated_score_is_what_is_expected_of_it(self, weights):
        rng, values = np.random.default_rng(6), []
        for _ in range(40):
            truth, score, weight, _ = _toy(rng, weights=weights)
            estimate = expected_calibration_error(truth, score, sample_weight=weight)
            values.append(estimate.value)
        floor = float(estimate.method.split("; ")[1].split()[0])
        assert np.mean(values) == pytest.approx(floor, rel=0.15)

    @pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
    def test_coverage_of_ece(self, weights):
        """A score that is 0.1 too high everywhere."""
        rng, n, inside = np.random.default_rng(7), 500, 0
        for _ in range(n):
            true = 0.2 + 0.6 * rng.random(2000)
            estimate = expected_calibration_error(
                rng.random(2000) < true, true + 0.1, sample_weight=draw_weights(rng, 2000, weights), n_bins=4
            )
            inside += abs(estimate.value - 0.1) < estimate.error
        assert inside / n == pytest.approx(0.6827, abs=3 * math.sqrt(0.6827 * 0.3173 / n))

    def test_equal_scores_make_fewer_bins(self):
        curve = calibration_curve([0, 1, 1, 1], [0.5, 0.5, 0.5, 0.9])
        assert curve.score_mean.tolist() == [0.5, 0.9]
        assert calibration_curve([0, 1], [0.3, 0.3]).fraction.tolist() == [0.5]


class TestIsotonic:
    def test_agrees_with_scikit_learn(self):
        truth, score, weight, _ = _toy(np.random.default_rng(8), n=500, weights="gamma")
        score = np.round(score, 2)  # with ties
        expected = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, truth, sample_weight=weight)
        fitted = fit_isotonic(truth, score, sample_weight=weight)
        grid = np.linspace(-0.1, 1.1, 50)
        np.testing.assert_allclose(fitted.apply(grid), expected.predict(grid), atol=1e-9)

    def test_negative_weights_by_hand(self):
        """0.1 (Σw 1, none signal); 0.2 and 0.3 (2 signal, −1 background): all signal after clipping."""
        fitted = fit_isotonic([0, 1, 0], [0.1, 0.2, 0.3], sample_weight=[2.0, 2.0, -1.0])
        assert fitted.apply([0.1, 0.3]).tolist() == [0.0, 1.0]

    def test_negative_weights_find_the_truth(self):
        truth, score, weight, true = _toy(np.random.default_rng(9), n=40_000, temperature=2.0, weights="negative")
        fitted = fit_isotonic(truth, score, sample_weight=weight)
        calibrated = fitted.apply(score)
        assert (np.diff(fitted.probability) >= 0).all()
        assert np.mean(calibrated - true) == pytest.approx(0, abs=3 * 0.5 / math.sqrt(0.36 * 40_000))
        assert np.mean(np.abs(calibrated - true)) < 0.2 * np.mean(np.abs(score - true))

    def test_classes_are_needed(self):
        with pytest.raises(DatasetError, match="there are no background events"):
            fit_isotonic([1, 1], [0.1, 0.2])


class TestTemperature:
    @pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
    def test_coverage(self, weights):
        rng, n, inside = np.random.default_rng(10), 300, 0
        for _ in range(n):
            truth, score, weight, _ = _toy(rng, n=600, temperature=2.0, weights=weights)
            found = fit_temperature(truth, score, sample_weight=weight).temperature
            inside += abs(found.value - 2) < found.error
        assert inside / n == pytest.approx(0.6827, abs=3 * math.sqrt(0.6827 * 0.3173 / n))

    def test_coverage_with_balanced_classes(self):
        """Three background events to one of signal; balancing undoes it."""
        rng, n, inside = np.random.default_rng(11), 300, 0
        for _ in range(n):
            truth = np.arange(800) < 200
            logit = rng.normal(size=800) + np.where(truth, 0.5, -0.5)  # log-likelihood ratio: the logit itself
            found = fit_temperature(truth, _sigmoid(1.5 * logit), balanced_by=truth).temperature
            inside += abs(found.value - 1.5) < found.error
        assert inside / n == pytest.approx(0.6827, abs=3 * math.sqrt(0.6827 * 0.3173 / n))

    def test_many_classes(self):
        rng = np.random.default_rng(12)
        logits = rng.normal(size=(20_000, 3))
        true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        label = (rng.random((20_000, 1)) > np.cumsum(true, axis=1)).sum(axis=1)
        sure = true**3 / (true**3).sum(axis=1, keepdims=True)
        fitted = fit_temperature(label, sure)
        assert abs(fitted.temperature.value - 3) < 3 * fitted.temperature.error < 0.3
        np.testing.assert_allclose(fitted.apply(sure), true, atol=0.02)

    def test_two_classes_are_the_same_in_one_column_and_in_two(self):
        truth, score, _, _ = _toy(np.random.default_rng(13), temperature=0.5)
        one, two = fit_temperature(truth, score), fit_temperature(truth, np.column_stack([1 - score, score]))
        assert one.temperature.value == pytest.approx(two.temperature.value)
        np.testing.assert_allclose(one.apply(score), two.apply(np.column_stack([1 - score, score]))[:, 1])

    def test_perfect_separation_ends_at_the_limit(self):
        assert fit_temperature([1, 1, 0, 0], [0.6, 0.7, 0.4, 0.3]).temperature.value == 0.01

    def test_order_of_scores_stays(self):
        truth, score, _, _ = _toy(np.random.default_rng(14), temperature=2.0)
        calibrated = fit_temperature(truth, score).apply(score)
        np.testing.assert_array_equal(np.argsort(calibrated), np.argsort(score))


def _part(rng, part, *, n=4000, temperature=2.0, n_signal=None):
    """A sample of two classes, 0 the signal, whose scores are too sure."""
    logit = 1.5 * rng.normal(size=n)
    signal = rng.random(n) < _sigmoid(logit)
    if n_signal is not None:  # keep fewer of the signal: the score is then right for balanced classes only
        chosen = ~signal | (np.cumsum(signal) <= n_signal)
        logit, signal = logit[chosen], signal[chosen]
    return predictions(np.where(signal, 0, 1), _sigmoid(temperature * logit), part=part)


class TestFigures:
    def test_fitted_on_validation_and_judged_on_test(self):
        rng = np.random.default_rng(15)
        parts = {part: _part(rng, part) for part in ("validation", "test")}
        parts["validation"] = replace(parts["validation"], row=parts["validation"].row + 10_000)
        metrics, curves = evaluate_predictions(parts, Evaluation(), seed=1)
        temperature = find(metrics, "temperature", part="validation")
        assert temperature.value == pytest.approx(2, abs=4 * temperature.error)
        assert temperature.class_ is None
        truth, score = parts["test"].label == 0, parts["test"].outputs["score"][:, 0].astype(float)
        assert find(metrics, "brier").value == brier_score_loss(truth, score).value
        seen = parts["validation"]
        isotonic = fit_isotonic(seen.label == 0, seen.outputs["score"][:, 0].astype(float)).apply(score)
        assert find(metrics, "brier_isotonic").value == pytest.approx(brier_score_loss(truth, isotonic).value)
        for name in ("isotonic", "temperature"):
            assert find(metrics, f"brier_{name}").value < find(metrics, "brier").value
            assert find(metrics, f"ece_{name}").value < 0.5 * find(metrics, "ece").value
        assert find(metrics, "log_loss").value == pytest.approx(sklearn_log_loss(truth, score), rel=1e-6)
        found = [curve for curve in curves if curve.name == "reliability"]
        assert [curve.labels["calibration"] for curve in found] == ["none", "isotonic", "temperature"]
        assert {(curve.run, curve.class_, curve.part) for curve in found} == {("cnn", "w", "test")}
        assert list(found[0].columns) == ["low", "high", "score_mean", "fraction", "fraction_error", "n_eff"]

    def test_methods_say_what_was_fitted_where(self):
        rng = np.random.default_rng(20)
        parts = {part: _part(rng, part) for part in ("validation", "test")}
        parts["validation"] = replace(parts["validation"], row=parts["validation"].row + 10_000)
        metrics = evaluate_predictions(parts, Evaluation(), seed=1)[0]
        assert find(metrics, "brier_isotonic").method == "variance of the mean, fitted on validation"
        assert find(metrics, "brier").method == "variance of the mean"

    def test_folds_are_not_calibrated_with_the_truth_that_judges_them(self):
        """The same 400 events in both parts: to fit and judge on them all would make the ECE too small."""
        rng, eces, too_small = np.random.default_rng(21), [], []
        for _ in range(60):
            test = _part(rng, "test", n=400, temperature=1.0)
            metrics = evaluate_predictions({"test": test, "validation": replace(test, part="validation")},
                                           Evaluation(permutations=20), seed=1)[0]  # fmt: skip
            eces.append(find(metrics, "ece_isotonic").value)
            truth, score = test.label == 0, test.outputs["score"][:, 0].astype(float)
            too_small.append(expected_calibration_error(truth, fit_isotonic(truth, score).apply(score)).value)
        assert find(metrics, "ece_isotonic").method.endswith("fitted on the other half of validation, where folds have "
                                                             "the same events")  # fmt: skip
        floor = 0.8 * 10 * math.sqrt(0.15 / 40) / 10  # √(2/π) of the error of a bin
        assert np.mean(too_small) < 0.6 * floor
        assert np.mean(eces) > floor

    def test_few_events_of_folds_are_calibrated_all_the_same(self):
        test = predictions([0, 1, 1, 1], [0.9, 0.1, 0.3, 0.2])
        parts = {"test": test, "validation": replace(test, part="validation")}
        metrics = evaluate_predictions(parts, Evaluation(), seed=1)[0]
        method = find(metrics, "brier_isotonic").method
        assert method.endswith("fitted on validation (the same events, scored by other folds)")

    def test_without_validation_nothing_is_fitted(self):
        metrics, curves = evaluate_predictions({"test": _part(np.random.default_rng(16), "test")}, Evaluation(), seed=1)
        assert {m.name for m in metrics} >= {"brier", "ece", "log_loss"}
        assert not {m.name for m in metrics} & {"temperature", "brier_isotonic", "ece_temperature"}
        assert [c.labels["calibration"] for c in curves if c.name == "reliability"] == ["none"]

    def test_can_be_turned_off(self):
        test = {"test": _part(np.random.default_rng(16), "test")}
        metrics, curves = evaluate_predictions(test, Evaluation(calibration=False), seed=1)
        assert not {m.name for m in metrics} & {"brier", "ece", "log_loss"}
        assert "reliability" not in {c.name for c in curves}

    def test_a_model_trained_with_balanced_classes_is_judged_so(self):
        """Scores are right for as much signal as background; there is ten times less."""
        test = {"test": _part(np.random.default_rng(17), "test", n=40_000, temperature=1.0, n_signal=2000)}
        as_they_are = evaluate_predictions(test, Evaluation(), seed=1)[0]
        balanced = evaluate_predictions(test, Evaluation(), seed=1, trained=Weights())[0]
        assert find(as_they_are, "ece").value > 0.2
        assert find(balanced, "ece").value < 0.03
        assert find(balanced, "brier").method.endswith("classes balanced")
        assert find(balanced, "auc").value == find(as_they_are, "auc").value

    def test_a_model_trained_without_weights_is_judged_so(self):
        """Scores are right for events that count once; weights that grow with the score of one class hide it."""
        values = _part(np.random.default_rng(21), "test", n=20_000, temperature=1.0)
        score = values.outputs["score"][:, 0]
        test = {"test": replace(values, weight=np.where(values.label == 0, 1 + 9 * score, 1.0))}
        weighted = evaluate_predictions(test, Evaluation(), seed=1, trained=Weights(balance="none"))[0]
        once = evaluate_predictions(test, Evaluation(), seed=1, trained=Weights(balance="none", training="none"))[0]
        assert find(weighted, "ece").value > 0.1
        assert find(once, "ece").value < 0.02
        assert find(once, "ece").method.endswith("each event once")
        assert find(once, "auc").value == find(weighted, "auc").value

    def test_many_classes_one_against_the_rest(self):
        rng = np.random.default_rng(18)
        parts = {}
        for part in ("validation", "test"):
            score = rng.dirichlet(np.ones(3), size=900)
            label = (rng.random((900, 1)) > np.cumsum(score, axis=1)).sum(axis=1)
            parts[part] = predictions(label, score, part=part, classes=("w", "qcd", "top"), signal=None)
        metrics, curves = evaluate_predictions(parts, Evaluation(), seed=1, trained=Weights())
        briers = [m for m in metrics if m.name == "brier_temperature"]
        assert [m.class_ for m in briers] == ["w", "qcd", "top"]
        assert find(metrics, "temperature", part="validation").value == pytest.approx(1, abs=0.2)
        assert len([c for c in curves if c.name == "reliability"]) == 9

    def test_negative_weights(self):
        rng = np.random.default_rng(19)
        parts = {part: _part(rng, part) for part in ("validation", "test")}
        parts = {
            part: replace(values, weight=draw_weights(rng, values.n, "negative")) for part, values in parts.items()
        }
        metrics, _ = evaluate_predictions(parts, Evaluation(), seed=1)
        assert find(metrics, "temperature", part="validation").value == pytest.approx(2, abs=0.5)
        assert find(metrics, "ece_isotonic").value < find(metrics, "ece").value
