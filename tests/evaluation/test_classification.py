"""Figures and curves of one classifier, from its predictions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from evaluation.toy_scores import find, jets, predictions

from hepml.errors import DatasetError, RecipeError, RunError, ShapeError
from hepml.evaluation import (
    evaluate_predictions,
    rejection_at_signal_efficiency,
    roc_auc_score,
    score_histograms,
)
from hepml.recipe import Evaluation

LABEL = [0, 0, 0, 1, 1, 1, 1]
SCORE = [0.9, 0.8, 0.3, 0.7, 0.2, 0.1, 0.1]
"""P(w) of three w and four qcd jets: 11 of 12 pairs in order; one of each class on the wrong side of 0.5."""

WINDOW = Evaluation(windows={"w_mass": {"jet_mass_gev": (65.0, 95.0)}})
IN_WINDOW = "w_mass: 65 <= jet_mass_gev < 95"


def _test_metrics(test, evaluation=None):
    return evaluate_predictions({"test": test}, evaluation or Evaluation(), seed=1)[0]


class TestBinary:
    def test_by_hand(self):
        metrics = _test_metrics(predictions(LABEL, SCORE))
        assert find(metrics, "auc").value == pytest.approx(11 / 12)
        assert find(metrics, "auc").class_ == "w"
        assert find(metrics, "accuracy").value == pytest.approx(5 / 7)
        assert find(metrics, "accuracy").error == pytest.approx(math.sqrt(5 / 7 * 2 / 7 / 7))
        assert math.isnan(find(metrics, "rejection_at_0.5").value)
        assert "no background passes" in find(metrics, "rejection_at_0.5").method

    def test_signal_may_be_the_second_class(self):
        """The score is P(signal), whichever index it has."""
        swapped = predictions([1 - label for label in LABEL], SCORE, classes=("qcd", "w"))
        one, other = _test_metrics(predictions(LABEL, SCORE)), _test_metrics(swapped)
        assert sorted(map(repr, one)) == sorted(map(repr, other))

    def test_events_without_a_label_are_left_out(self):
        more = predictions([*LABEL, -1, -1], [*SCORE, 0.5, 0.99])
        assert repr(_test_metrics(more)) == repr(_test_metrics(predictions(LABEL, SCORE)))

    def test_figures_are_those_of_the_functions(self):
        test = jets(np.random.default_rng(1), weights="negative")
        metrics = _test_metrics(test)
        truth, score = test.label == 0, test.outputs["score"][:, 0]
        auc = roc_auc_score(truth, score, sample_weight=test.weight)
        rejection = rejection_at_signal_efficiency(truth, score, 0.3, sample_weight=test.weight)
        assert (find(metrics, "auc").value, find(metrics, "auc").error) == (auc.value, auc.error)
        assert find(metrics, "rejection_at_0.3").error == rejection.error

    def test_unweighted_figures_are_given_where_weights_differ(self):
        test = jets(np.random.default_rng(2), weights="gamma")
        metrics = _test_metrics(test)
        plain = roc_auc_score(test.label == 0, test.outputs["score"][:, 0])
        assert find(metrics, "auc", weights="none").value == plain.value != find(metrics, "auc").value
        assert {m.weights for m in _test_metrics(jets(np.random.default_rng(2)))} == {"physics"}


class TestMembers:
    def test_each_seed_and_their_median(self):
        metrics = _test_metrics(jets(np.random.default_rng(3)))
        values = [find(metrics, "auc", member=f"seed{k}").value for k in (1, 2, 3)]
        median = find(metrics, "auc", member="median")
        assert median.value == sorted(values)[1]
        assert median.error == pytest.approx(np.std(values, ddof=1))
        assert median.method == "median of 3 seeds"
        assert find(metrics, "auc").value > median.value  # averaging helps

    def test_one_seed_has_no_median(self):
        metrics = _test_metrics(jets(np.random.default_rng(3), n_members=1))
        assert {m.member for m in metrics} == {None, "seed1"}

    def test_undefined_seeds_are_left_out_of_the_median_and_named(self):
        """No background passes half of the signal of the first two seeds; 1 of 4 does in the third."""
        members = {"seed1": SCORE, "seed2": SCORE, "seed3": [0.9, 0.6, 0.3, 0.7, 0.2, 0.1, 0.1]}
        median = find(_test_metrics(predictions(LABEL, SCORE, members=members)), "rejection_at_0.5", member="median")
        assert median.value == 4.0
        assert median.method == "median of 1 of 3 seeds, others undefined"


class TestWindows:
    def test_figures_inside_are_those_of_the_events_inside(self):
        test = jets(np.random.default_rng(4), weights="gamma")
        mass = test.spectators["jet_mass_gev"]
        inside = (mass >= 65) & (mass < 95)
        expected = roc_auc_score(
            test.label[inside] == 0, test.outputs["score"][inside, 0], sample_weight=test.weight[inside]
        )
        metrics = _test_metrics(test, WINDOW)
        assert find(metrics, "auc", selection=IN_WINDOW).value == expected.value
        assert find(metrics, "auc", selection=IN_WINDOW, member="median").method == "median of 3 seeds"
        assert find(metrics, "auc", selection=IN_WINDOW, weights="none").value != expected.value

    @pytest.mark.parametrize(
        ("masses", "reason"),
        [([80.0] * 3 + [20.0] * 4, "there are no qcd events"), ([20.0] * 7, "there are no w events")],
    )
    def test_an_empty_class_inside_is_a_reason_not_an_abort(self, masses, reason):
        test = predictions(LABEL, SCORE, spectators={"jet_mass_gev": np.array(masses)})
        metrics = _test_metrics(test, WINDOW)
        for name in ("auc", "rejection_at_0.5", "rejection_at_0.3"):
            inside = find(metrics, name, selection=IN_WINDOW)
            assert math.isnan(inside.value)
            assert math.isnan(inside.error)
            assert inside.method == f"undefined: {reason}"
        assert not math.isnan(find(metrics, "auc").value)

    def test_unknown_spectator_is_named(self):
        with pytest.raises(RecipeError, match="did you mean 'jet_mass_gev'"):
            _test_metrics(jets(np.random.default_rng(1)), Evaluation(windows={"w": {"jet_mass": (65.0, 95.0)}}))


class TestParts:
    def test_overtraining(self):
        rng = np.random.default_rng(5)
        parts = {"train": jets(rng, part="train", n=2000, shift=2.0), "test": jets(rng, n=1000)}
        metrics, curves = evaluate_predictions(parts, Evaluation(), seed=1)
        gap, sigma = find(metrics, "auc_gap"), find(metrics, "auc_gap_in_sigma")
        train, test = find(metrics, "auc", part="train"), find(metrics, "auc")
        assert gap.value == pytest.approx(train.value - test.value)
        assert gap.error == pytest.approx(math.hypot(train.error, test.error))
        assert sigma.value == pytest.approx(gap.value / gap.error)
        assert sigma.value > 5
        assert find(metrics, "ks_p_value", class_="w").value == pytest.approx(1 / 201)
        assert {m.method for m in metrics if m.name == "ks_p_value"} == {"permutation, train against test"}
        assert sorted((c.part, c.class_) for c in curves if c.name == "score_histogram") == [
            ("test", "qcd"), ("test", "w"), ("train", "qcd"), ("train", "w"),
        ]  # fmt: skip

    def test_members_are_judged_on_test_only(self):
        rng = np.random.default_rng(6)
        parts = {part: jets(rng, part=part) for part in ("train", "validation", "test")}
        metrics, _ = evaluate_predictions(parts, Evaluation(), seed=1)
        assert {m.part for m in metrics if m.member is not None} == {"test"}
        assert {m.part for m in metrics if m.name == "auc"} == {"train", "validation", "test"}

    def test_same_seed_same_figures(self):
        rng = np.random.default_rng(7)
        parts = {part: jets(rng, part=part) for part in ("train", "test")}
        one, two, other = (evaluate_predictions(parts, Evaluation(), seed=seed)[0] for seed in (1, 1, 2))
        assert repr(one) == repr(two) != repr(other)

    def test_significance_is_of_the_cut_that_validation_chose(self):
        """Yields are Σw of the events of all parts; an event that is in two parts counts once."""
        rng = np.random.default_rng(9)
        validation = replace(jets(rng, part="validation", n=2000), row=np.arange(1000, 3000))
        parts = {"validation": validation, "test": jets(rng, n=2000)}
        metrics, curves = evaluate_predictions(parts, Evaluation(), seed=1)
        best = find(metrics, "ams_max", part="validation").value
        assert find(metrics, "ams").value <= find(metrics, "ams_max").value
        assert find(metrics, "ams").value == pytest.approx(best, rel=0.2)
        assert find(metrics, "significance_improvement_at_0.3").value > 1
        test, _ = (curve for curve in curves if curve.name == "significance")
        np.testing.assert_allclose(test.columns["signal_yield"], 1500 * test.columns["signal_efficiency"])
        np.testing.assert_allclose(test.columns["background_yield"], 1500 * test.columns["background_efficiency"])

    def test_a_test_part_is_needed(self):
        with pytest.raises(DatasetError, match=r"part named 'test', found \['train'\]"):
            evaluate_predictions({"train": predictions(LABEL, SCORE)}, Evaluation(), seed=1)


class TestCurves:
    def test_roc_has_a_band_and_meets_the_figures(self):
        test = jets(np.random.default_rng(8), n=2000)
        metrics, curves = evaluate_predictions({"test": test}, Evaluation(), seed=1)
        roc = next(curve for curve in curves if curve.name == "roc")
        at = int(np.argmin(np.abs(roc.columns["signal_efficiency"] - 0.5)))
        rejection = find(metrics, "rejection_at_0.5")
        assert (roc.run, roc.class_, roc.part) == ("cnn", "w", "test")
        assert roc.columns["rejection"][at] == pytest.approx(rejection.value)
        assert roc.columns["rejection_error"][at] == pytest.approx(rejection.error)
        assert roc.columns["background_efficiency"][at] == pytest.approx(1 / rejection.value)
        assert not any(np.isinf(column).any() for column in roc.columns.values())

    def test_confusion_matrix(self):
        _, curves = evaluate_predictions({"test": predictions(LABEL, SCORE)}, Evaluation(), seed=1)
        confusion = next(curve for curve in curves if curve.name == "confusion_matrix")
        assert confusion.columns["true_class"].tolist() == [0, 0, 1, 1]
        assert confusion.columns["predicted_class"].tolist() == [0, 1, 0, 1]
        assert confusion.columns["sum_w"].tolist() == [2, 1, 1, 3]
        assert confusion.columns["efficiency"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 4, 3 / 4])
        assert confusion.columns["purity"].tolist() == pytest.approx([2 / 3, 1 / 4, 1 / 3, 3 / 4])
        assert confusion.labels == {"classes": ["w", "qcd"]}

    def test_histograms_for_root(self):
        """Every event is in one histogram, with its weight and its square."""
        test = jets(np.random.default_rng(9), weights="negative")
        histograms = score_histograms(test)
        assert list(histograms) == ["cnn/test/w_score/w", "cnn/test/w_score/qcd"]
        for index, histogram in enumerate(histograms.values()):
            weight = test.weight[test.label == index]
            assert histogram.sum().value == pytest.approx(weight.sum())
            assert histogram.sum().variance == pytest.approx((weight**2).sum())


class TestManyClasses:
    CLASSES = ("w", "qcd", "top")

    def _toy(self, **changes):
        """Two events a class; one top event looks like qcd."""
        score = [[8, 1, 1], [6, 2, 2], [1, 8, 1], [2, 6, 2], [1, 1, 8], [1, 6, 3]]
        test = predictions([0, 0, 1, 1, 2, 2], np.array(score) / 10, classes=self.CLASSES, signal=None)
        return replace(test, **changes)

    def test_one_against_the_rest(self):
        """Of qcd's 2 × 4 pairs one is equal (0.6): AUC 7.5/8; of top's 2 × 4 all are in order."""
        metrics = _test_metrics(self._toy())
        assert find(metrics, "auc", class_="w").value == 1.0
        assert find(metrics, "auc", class_="qcd").value == pytest.approx(7.5 / 8)
        assert find(metrics, "auc", class_="top").value == 1.0
        assert find(metrics, "accuracy").value == pytest.approx(5 / 6)
        assert find(metrics, "rejection_at_0.5", class_="qcd").method.startswith("undefined: no background passes")

    def test_curves_of_each_class(self):
        _, curves = evaluate_predictions({"test": self._toy(), "train": self._toy(part="train")}, Evaluation(), seed=1)
        assert [c.class_ for c in curves if c.name == "roc"] == list(self.CLASSES)
        assert len([c for c in curves if c.name == "score_histogram"]) == 2 * 9
        assert len(next(c for c in curves if c.name == "confusion_matrix").columns["sum_w"]) == 9

    def test_histograms_of_each_score_and_class(self):
        names = list(score_histograms(self._toy()))
        assert len(names) == 9
        assert "cnn/test/qcd_score/top" in names

    def test_class_empty_in_a_window(self):
        mass = np.array([80.0, 80.0, 80.0, 80.0, 20.0, 20.0])
        metrics = _test_metrics(self._toy(spectators={"jet_mass_gev": mass}), WINDOW)
        assert find(metrics, "auc", class_="top", selection=IN_WINDOW).method == "undefined: there are no top events"
        assert find(metrics, "auc", class_="qcd", selection=IN_WINDOW).value == 1.0


class TestBadPredictions:
    @pytest.mark.parametrize(
        ("changes", "error", "message"),
        [
            ({"label": np.zeros(7, np.int32)}, DatasetError, "'cnn', part 'test': there are no qcd events"),
            ({"label": np.ones(7, np.int32)}, DatasetError, "'cnn', part 'test': there are no w events"),
            ({"label": np.full(7, -1)}, DatasetError, "none of the 7 events has a label"),
            ({"label": np.full(7, 2)}, DatasetError, "label must be integers from 0 to 1, but 7 of 7"),
            ({"weight": np.zeros(7)}, DatasetError, "weights of the 3 w events sum to 0"),
            ({"weight": np.full(7, np.nan)}, DatasetError, "sample_weight must be finite, but 7 of 7"),
            ({"outputs": {"score": np.full((7, 1), np.nan)}}, DatasetError, "7 of 7 events have a NaN"),
            ({"outputs": {"score": np.zeros((6, 1))}}, ShapeError, r"has shape \(6, 1\), not \(7, 1\)"),
            ({"outputs": {"score": np.zeros((7, 2))}}, ShapeError, r"has shape \(7, 2\), not \(7, 1\)"),
            ({"members": {"seed1": {"score": np.zeros((6, 1))}}}, ShapeError, "part 'test', seed1: output 'score'"),
        ],
    )  # fmt: skip
    def test_is_an_error_with_run_and_part(self, changes, error, message):
        with pytest.raises(error, match=message):
            _test_metrics(replace(predictions(LABEL, SCORE), **changes))

    def test_unknown_task(self):
        test = predictions(LABEL, SCORE)
        test = replace(test, task=replace(test.task, kind="classificaton"))
        with pytest.raises(RunError, match="did you mean 'classification'"):
            _test_metrics(test)
