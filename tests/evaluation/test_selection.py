"""Efficiency and purity of a selection, in all, in bins, and at the best cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights, find, gaussian_tail, predictions

from hepml.errors import RecipeError, ShapeError
from hepml.evaluation import (
    binned_selection,
    evaluate_predictions,
    s_over_sqrt_sb,
    selection_of,
    significance_scan,
    weighted_fraction,
)
from hepml.evaluation.best_selection import best_cut, efficiency_error, purity_of
from hepml.recipe import Evaluation

CLASSES = ("numu", "nue", "nc")
WEIGHTS = pytest.mark.parametrize("weights", ["none", "gamma", "negative"])


class TestSelection:
    def test_by_hand(self):
        """Of four true events three are selected, with two others."""
        found = selection_of([1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0])
        assert (found.efficiency.value, found.purity.value) == (0.75, 0.6)
        assert found.product.value == pytest.approx(0.45)
        assert found.efficiency.error == pytest.approx(math.sqrt(0.75 * 0.25 / 4))
        # The three count 2/3 − 1/4 − 1/5, the missed one −1/4, the two −1/5.
        relative = math.sqrt(3 * (2 / 3 - 0.45) ** 2 + 0.25**2 + 2 * 0.2**2)
        assert found.product.error == pytest.approx(0.45 * relative)

    def test_signed_weights(self):
        found = selection_of([1, 1, 0], [1, 0, 1], sample_weight=[3.0, 1.0, -1.0])
        assert (found.efficiency.value, found.purity.value) == (0.75, 1.5)

    def test_nothing_and_everything_are_known_to_one_event(self):
        nothing = selection_of([1, 1, 0, 0], [0, 0, 1, 1])
        assert (nothing.product.value, nothing.product.error) == (0, 0.25)
        everything = selection_of([1, 1, 0, 0], [1, 1, 0, 0])
        assert everything.product.value == 1
        assert everything.product.error == pytest.approx(math.hypot(0.5, 0.5))

    def test_what_is_undefined_says_why(self):
        empty = selection_of([1, 0], [0, 0])
        assert empty.efficiency.value == 0
        assert empty.purity.method == "undefined: the weights of the 0 events that are selected sum to 0"
        assert empty.product.method == empty.purity.method
        assert "are of the class" in selection_of([0, 0], [1, 0]).efficiency.method

    @WEIGHTS
    def test_coverage(self, weights):
        """Half of 200 true events and one in six of 600 others pass: both 0.5, in 0.25."""
        rng, n, inside = np.random.default_rng(1), 400, np.zeros(3)
        for _ in range(n):
            true = rng.random(800) < 0.25
            chosen = rng.random(800) < np.where(true, 0.5, 1 / 6)
            found = selection_of(true, chosen, sample_weight=draw_weights(rng, 800, weights))
            for k, (each, expected) in enumerate([(found.efficiency, 0.5), (found.purity, 0.5), (found.product, 0.25)]):
                inside[k] += abs(each.value - expected) < each.error
        assert inside / n == pytest.approx([0.6827] * 3, abs=3.5 * math.sqrt(0.6827 * 0.3173 / n))


class TestBins:
    def test_bins_are_selections_of_their_events(self):
        rng = np.random.default_rng(2)
        true, chosen, values, weight = (
            rng.random(500) < 0.4,
            rng.random(500) < 0.3,
            rng.random(500),
            rng.gamma(1, size=500),
        )
        bins = binned_selection(true, chosen, values, [0.0, 0.25, 0.5, 1.0], sample_weight=weight)
        inside = (values >= 0.25) & (values < 0.5)
        expected = selection_of(true[inside], chosen[inside], sample_weight=weight[inside])
        assert (bins.efficiency[1], bins.efficiency_error[1]) == pytest.approx(
            (expected.efficiency.value, expected.efficiency.error)
        )
        assert (bins.purity[1], bins.purity_error[1]) == pytest.approx((expected.purity.value, expected.purity.error))
        assert bins.true_w[1] == pytest.approx(weight[inside & true].sum())
        assert bins.all_w.sum() == pytest.approx(weight.sum())

    def test_an_event_without_a_value_is_in_no_bin(self):
        """Neither a true one nor one that is selected wrongly."""
        values = [1.0, np.nan, 1.0, np.nan, 9.0]
        bins = binned_selection([1, 1, 0, 0, 0], [1, 0, 1, 1, 1], values, [0.0, 2.0])
        assert (bins.efficiency[0], bins.purity[0], bins.all_w[0]) == (1.0, 0.5, 2.0)

    def test_refusals(self):
        with pytest.raises(ShapeError, match="truth has 2, values has 3"):
            binned_selection([1, 0], [1, 0], [1, 2, 3], [0, 1])
        with pytest.raises(RecipeError, match="two or more increasing numbers"):
            binned_selection([1, 0], [1, 0], [1, 2], [1, 0])


def _neutrinos(rng, *, n=900, part="test", weights="none"):
    """Three classes with scores of random height; an energy that the last class has not."""
    label = np.arange(n) % 3
    raw = rng.normal(size=(n, 3)) + 1.5 * (np.arange(3) == label[:, None])
    scores = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    energy = np.where(label == 2, np.nan, rng.uniform(0, 10, size=n))
    return predictions(
        label, scores, classes=CLASSES, signal=None, part=part, weight=draw_weights(rng, n, weights),
        spectators={"nu_energy_gev": energy},
    )  # fmt: skip


class TestFiguresOfARun:
    def test_of_three_classes(self):
        test = _neutrinos(np.random.default_rng(3), weights="negative")
        metrics, curves = evaluate_predictions({"test": test}, Evaluation(), seed=1)
        chosen = test.outputs["score"].argmax(axis=1) == 1
        true = test.label == 1
        expected = weighted_fraction(chosen[true], sample_weight=test.weight[true])
        found = find(metrics, "efficiency", class_="nue")
        assert (found.value, found.error, found.method) == (expected.value, expected.error, "binomial")
        purity = find(metrics, "purity", class_="nue")
        assert purity.value == weighted_fraction(true[chosen], sample_weight=test.weight[chosen]).value
        product = find(metrics, "efficiency_times_purity", class_="nue")
        assert product.value == pytest.approx(found.value * purity.value)
        selections = [curve for curve in curves if curve.name == "selection"]
        assert [curve.class_ for curve in selections] == list(CLASSES)
        assert selections[2].labels == {"spectator": "nu_energy_gev", "n_events": 300, "n_in_no_bin": 300}
        assert selections[0].labels["n_in_no_bin"] == 0
        assert np.isnan(selections[2].columns["efficiency"]).all()
        assert (selections[2].columns["purity"] == 0).all()  # what has an energy is none of them

    def test_of_two_classes_at_one_half(self):
        test = predictions([0, 0, 1, 1], [0.5, 0.3, 0.7, 0.1])
        metrics, _ = evaluate_predictions({"test": test}, Evaluation(), seed=1)
        found = {(m.name, m.class_): m.value for m in metrics if m.name in ("efficiency", "purity")}
        assert found == {
            ("efficiency", "w"): 0.5, ("purity", "w"): 0.5, ("efficiency", "qcd"): 0.5, ("purity", "qcd"): 0.5
        }  # fmt: skip

    def test_the_best_cut_is_that_of_validation(self):
        rng = np.random.default_rng(4)
        parts = {part: _neutrinos(rng, part=part) for part in ("validation", "test")}
        metrics, curves = evaluate_predictions(parts, Evaluation(), seed=1)
        cut = find(metrics, "s_over_sqrt_sb_threshold", class_="nue", part="validation").value
        test = parts["test"]
        passed, true = test.outputs["score"][:, 1].astype(float) >= cut, test.label == 1
        efficiency = find(metrics, "efficiency_at_best_cut", class_="nue")
        assert efficiency.value == pytest.approx(passed[true].mean())
        assert efficiency.error == pytest.approx(weighted_fraction(passed[true]).error)
        purity = find(metrics, "purity_at_best_cut", class_="nue")
        assert purity.value == pytest.approx(true[passed].mean(), rel=1e-6)
        at = find(metrics, "s_over_sqrt_sb_at_best_cut", class_="nue")
        assert at.value <= find(metrics, "s_over_sqrt_sb_max", class_="nue").value
        assert "best on validation" in at.method
        scan = next(c for c in curves if c.name == "significance" and c.class_ == "nue" and c.part == "test")
        assert scan.labels["best_threshold_s_over_sqrt_sb"] == cut
        assert at.value == scan.columns["s_over_sqrt_sb"][scan.columns["threshold"] == cut][0]


class TestBestCut:
    def test_without_background(self):
        """Two of three signal events above all background: 6 of 9 expected ones, and √6."""
        scan = significance_scan([1, 1, 1, 0], [0.9, 0.8, 0.1, 0.5], signal_yield=9, background_yield=90)
        best = best_cut(scan)
        assert scan.threshold[best] == 0.8
        assert scan.s_over_sqrt_sb.value[best] == pytest.approx(math.sqrt(6))
        purity = purity_of(scan.expected)
        assert purity.value[best] == 1
        # The background's error is that of its one event: 90 of them, over s = 6.
        assert purity.error[best] == pytest.approx(90 / 6)
        assert efficiency_error(scan)[best] == pytest.approx(math.sqrt(2 / 3 * 1 / 3 / 3))
        assert s_over_sqrt_sb(6, 0).value == pytest.approx(math.sqrt(6))

    def test_coverage_of_the_purity(self):
        """Cut at 1 for unit Gaussians at 1 and 0: s = 50, b = 400 × 0.159."""
        rng, n, inside = np.random.default_rng(5), 400, 0
        b = 400 * gaussian_tail(1)
        for _ in range(n):
            truth = np.arange(700) < 300
            scan = significance_scan(
                truth, rng.normal(size=700) + truth, signal_yield=100, background_yield=400, thresholds=[1.0]
            )
            purity = purity_of(scan.expected)
            inside += abs(purity.value[0] - 50 / (50 + b)) < purity.error[0]
        assert inside / n == pytest.approx(0.6827, abs=3.5 * math.sqrt(0.6827 * 0.3173 / n))
