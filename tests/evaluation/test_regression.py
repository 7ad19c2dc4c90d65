"""Figures and curves of one regression, and runs compared on the same events."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights, find

from hepml.contracts import Predictions
from hepml.errors import DatasetError, RecipeError, RunError, ShapeError
from hepml.evaluation import (
    EvaluationDocument,
    bias,
    compare_runs,
    difference_curves,
    document_from_json,
    document_to_json,
    evaluate_predictions,
    prediction_histograms,
    resolution,
    root_mean_squared_error,
)
from hepml.recipe import Evaluation
from hepml.tasks import TaskContext, build_task


def _column(values):
    return np.asarray(values, dtype=np.float32).reshape(-1, 1)


def _energies(rng, *, n=1500, run="dnn", part="test", width=0.1, weights="none", targets="energy_gev", n_members=2):
    """Energies of 20 to 100 GeV, 5% too high, with a relative resolution `width` for each of the seeds."""
    truth = rng.uniform(20, 100, size=n)
    members = {
        f"seed{k}": {"energy_gev": _column(truth * (1.05 + width * rng.normal(size=n)))}
        for k in range(1, n_members + 1)
    }
    weight = draw_weights(rng, n, weights)
    return Predictions(
        run=run,
        part=part,
        task=build_task("regression", {"target": targets}, TaskContext(())),
        outputs={"energy_gev": np.mean([member["energy_gev"] for member in members.values()], axis=0)},
        label=np.full(n, -1, dtype=np.int32),
        weight=np.ones(n) if weight is None else weight,
        spectators={"energy_gev": truth, "eta": rng.normal(size=n)},
        row=np.arange(n),
        members=members,
    )


def _figures(test, evaluation=None, **parts):
    return evaluate_predictions({"test": test} | parts, evaluation or Evaluation(), seed=1)


def _curves(curves, name):
    return [curve for curve in curves if curve.name == name]


class TestFigures:
    def test_are_those_of_the_functions(self):
        test = _energies(np.random.default_rng(1), weights="negative")
        metrics, _ = _figures(test)
        truth, predicted = test.spectators["energy_gev"], test.outputs["energy_gev"][:, 0].astype(float)
        for name, function in {"bias": bias, "resolution": resolution, "rmse": root_mean_squared_error}.items():
            expected, found = function(truth, predicted, sample_weight=test.weight), find(metrics, name)
            assert (found.value, found.error) == (expected.value, expected.error)
            assert (found.output, found.run, found.class_) == ("energy_gev", "dnn", None)
        assert find(metrics, "r2").value > 0.8
        assert find(metrics, "bias", weights="none").value == bias(truth, predicted).value

    def test_relative_figures(self):
        """5% too high with 10%/√2."""
        metrics, _ = _figures(_energies(np.random.default_rng(2), n=20_000))
        shift, width = find(metrics, "relative_bias"), find(metrics, "relative_resolution")
        assert shift.value == pytest.approx(0.05, abs=4 * shift.error)
        assert width.value == pytest.approx(0.1 / math.sqrt(2), abs=4 * width.error)
        # Half of a normal distribution of width 0.0707 lies within 0.0605 of 0 if its mean is 0.05.
        median = find(metrics, "median_absolute_relative_error")
        assert median.value == pytest.approx(0.0605, abs=4 * median.error)
        assert 0.0027 < find(metrics, "tail_fraction").value < 0.03  # energies of all resolutions together

    def test_only_positive_truth_has_relative_figures(self):
        test = _energies(np.random.default_rng(3))
        below_zero = replace(test, spectators={**test.spectators, "energy_gev": -test.spectators["energy_gev"]})
        metrics, curves = _figures(below_zero)
        assert find(metrics, "relative_bias").method.startswith("undefined: the weights of the events with a positive")
        assert not any(curve.labels["relative"] for curve in _curves(curves, "response_bins"))

    def test_events_without_energy_are_in_no_relative_figure(self):
        """A truth of 0 (of a cosmic muon, say) hides the relative figures of all others no longer."""
        test = _energies(np.random.default_rng(3))
        truth = test.spectators["energy_gev"].copy()
        truth[:300] = 0
        metrics, curves = _figures(
            replace(test, spectators={"energy_gev": truth}), Evaluation(bins={"energy_gev": [0, 20, 50, 100]})
        )
        predicted = test.outputs["energy_gev"][300:, 0].astype(float)
        expected = resolution(np.ones(1200), predicted / truth[300:])
        assert find(metrics, "relative_resolution").value == pytest.approx(expected.value)
        scaled = next(c for c in _curves(curves, "response_bins") if c.labels["relative"])
        assert np.isnan(scaled.columns["resolution"]).tolist() == [True, False, False]
        low = truth[300:] < 50
        assert scaled.columns["resolution"][1] == pytest.approx(
            resolution(np.ones(low.sum()), predicted[low] / truth[300:][low]).value
        )

    def test_missing_truth_does_not_count(self):
        test = _energies(np.random.default_rng(4))
        more = replace(test, spectators={**test.spectators, "energy_gev": test.spectators["energy_gev"].copy()})
        more.spectators["energy_gev"][::3] = np.nan
        known = np.arange(test.n) % 3 > 0
        expected = bias(test.spectators["energy_gev"][known], test.outputs["energy_gev"][known, 0].astype(float))
        assert find(_figures(more)[0], "bias").value == expected.value

    def test_members_parts_and_windows(self):
        rng = np.random.default_rng(5)
        evaluation = Evaluation(windows={"low": {"energy_gev": (0.0, 50.0)}, "none": {"energy_gev": (0.0, 1.0)}})
        metrics, _ = _figures(_energies(rng), evaluation, train=_energies(rng, part="train"))
        members = [find(metrics, "rmse", member=f"seed{k}").value for k in (1, 2)]
        assert find(metrics, "rmse", member="median").value == pytest.approx(np.median(members))
        assert find(metrics, "rmse").value < min(members)
        assert {m.member for m in metrics if m.part == "train"} == {None}
        low = find(metrics, "rmse", selection="low: 0 <= energy_gev < 50")
        assert low.value < find(metrics, "rmse").value
        nothing = find(metrics, "rmse", selection="none: 0 <= energy_gev < 1")
        assert nothing.method == "undefined: the weights of the 0 events sum to 0"

    def test_several_targets(self):
        test = _energies(np.random.default_rng(6), targets=["energy_gev", "eta"])
        outputs = {**test.outputs, "eta": _column(test.spectators["eta"] + 1)}
        metrics, curves = _figures(replace(test, outputs=outputs, members={}))
        assert find(metrics, "bias", output="eta").value == pytest.approx(1, abs=1e-6)
        assert {curve.labels["output"] for curve in curves} == {"energy_gev", "eta"}

    @pytest.mark.parametrize(
        ("changes", "error", "message"),
        [
            (
                {"spectators": {"energy": np.ones(1500)}},
                RunError,
                "'energy_gev' is no spectator.*did you mean 'energy'",
            ),
            ({"spectators": {"energy_gev": np.full(1500, np.nan)}}, DatasetError, "missing in all of the 1500 events"),
            ({"outputs": {"energy_gev": np.full((1500, 1), np.inf)}}, DatasetError, "1500 of 1500 events have a NaN"),
            ({"outputs": {"energy_gev": np.ones((1500, 2))}}, ShapeError, r"has shape \(1500, 2\), not \(1500, 1\)"),
            ({"weight": np.zeros(1500)}, DatasetError, "weights of the 1500 events sum to 0"),
        ],
    )
    def test_bad_predictions(self, changes, error, message):
        with pytest.raises(error, match=f"run 'dnn', part 'test'.*{message}"):
            _figures(replace(_energies(np.random.default_rng(7)), **changes))


class TestCurves:
    def test_residuals_of_test_and_train_share_an_axis(self):
        rng = np.random.default_rng(8)
        _, curves = _figures(_energies(rng), train=_energies(rng, part="train"))
        test, train = _curves(curves, "residual_histogram")
        assert (test.part, train.part, test.labels) == ("test", "train", {"output": "energy_gev"})
        np.testing.assert_array_equal(test.columns["low"], train.columns["low"])
        assert test.columns["sum_w"].sum() > 0.97 * 1500
        assert set(test.columns) == {"low", "high", "sum_w", "error", "density", "density_error"}

    def test_response_in_bins_of_truth_and_spectators(self):
        test = _energies(np.random.default_rng(9), weights="gamma")
        _, curves = _figures(test, Evaluation(bins={"energy_gev": [20, 50, 100]}))
        response = _curves(curves, "response_bins")
        assert [(curve.labels["of"], curve.labels["relative"]) for curve in response] == [
            ("energy_gev", False), ("energy_gev", True),
        ]  # fmt: skip
        truth, predicted = test.spectators["energy_gev"], test.outputs["energy_gev"][:, 0].astype(float)
        low = truth < 50
        expected = resolution(truth[low], predicted[low], sample_weight=test.weight[low])
        columns = response[0].columns
        assert (columns["low"].tolist(), columns["high"].tolist()) == ([20, 50], [50, 100])
        assert (columns["resolution"][0], columns["resolution_error"][0]) == pytest.approx(
            (expected.value, expected.error)
        )
        assert columns["truth_mean"][0] == pytest.approx(np.average(truth[low], weights=test.weight[low]))
        np.testing.assert_allclose(response[1].columns["bias"], 0.05, atol=0.02)
        _, curves = _figures(test)
        assert [curve.labels["of"] for curve in _curves(curves, "response_bins")] == ["energy_gev"] * 2 + ["eta"] * 2

    def test_truth_against_prediction(self):
        _, curves = _figures(_energies(np.random.default_rng(10)))
        [cells] = _curves(curves, "truth_prediction")
        assert len(cells.columns["sum_w"]) == 40 * 40
        assert 0.98 * 1500 < cells.columns["sum_w"].sum() <= 1500
        truth = (cells.columns["truth_low"] + cells.columns["truth_high"]) / 2
        assert np.average(truth, weights=cells.columns["sum_w"]) == pytest.approx(60, abs=2)

    def test_constant_predictions_can_be_drawn(self):
        test = _energies(np.random.default_rng(11))
        constant = replace(test, outputs={"energy_gev": np.full((1500, 1), 60.0)}, members={})
        metrics, curves = _figures(constant)
        assert find(metrics, "r2").value == pytest.approx(0, abs=0.01)
        for curve in curves:
            edges = [name for name in curve.columns if name.endswith(("low", "high"))]
            assert edges
            assert all(np.isfinite(curve.columns[name]).all() for name in edges)

    def test_histograms(self):
        test = _energies(np.random.default_rng(12), weights="negative")
        histograms = prediction_histograms(test)
        assert list(histograms) == [f"dnn/test/energy_gev/{name}" for name in ("prediction", "truth", "residual")]
        for histogram in histograms.values():
            total = histogram.sum(flow=True)
            assert total.value == pytest.approx(test.weight.sum())
            assert total.variance == pytest.approx((test.weight**2).sum())

    def test_unknown_spectator(self):
        with pytest.raises(RecipeError, match=r"evaluation.bins names 'etta', .*did you mean 'eta'"):
            _figures(_energies(np.random.default_rng(13)), Evaluation(bins={"etta": 3}))

    def test_everything_reads_back(self):
        metrics, curves = _figures(_energies(np.random.default_rng(14)))
        document = EvaluationDocument("regression", "ab12", ("dnn",), tuple(metrics), tuple(curves))
        again = document_from_json(document_to_json(document))
        assert repr(again.metrics) == repr(document.metrics)
        assert [curve.labels for curve in again.curves] == [
            curve.labels for curve in sorted(curves, key=lambda c: [x.name for x in curves].index(c.name))
        ]


def _pair(rng, *, width=0.12, **options):
    """Two runs on the same events; the second has the first's residuals and a bit more."""
    one = _energies(rng, **options)
    scale = width / 0.1
    truth = one.spectators["energy_gev"][:, None]
    worse = {"energy_gev": _column(1.05 * truth + scale * (one.outputs["energy_gev"] - 1.05 * truth))}
    return one, replace(one, run="bdt", outputs=worse, members={})


class TestComparison:
    def test_paired_differences(self):
        one, other = _pair(np.random.default_rng(15), weights="gamma")
        metrics = compare_runs([one, other])
        rmse = [find(_figures(run)[0], "rmse") for run in (one, other)]
        delta = find(metrics, "delta_rmse")
        assert delta.value == pytest.approx(rmse[0].value - rmse[1].value)
        assert delta.error < 0.5 * math.hypot(rmse[0].error, rmse[1].error)  # most of it is in common
        assert (delta.run, delta.against, delta.output) == ("dnn", "bdt", "energy_gev")
        assert find(metrics, "delta_rmse_p_value").value < 1e-3
        assert find(metrics, "delta_resolution").value < 0
        for name in ("relative_resolution", "median_absolute_relative_error"):
            alone = [find(_figures(run)[0], name) for run in (one, other)]
            delta = find(metrics, f"delta_{name}")
            assert delta.value == pytest.approx(alone[0].value - alone[1].value)
            assert delta.error < 0.7 * math.hypot(alone[0].error, alone[1].error)
            assert find(metrics, f"delta_{name}_p_value").value < 0.01

    def test_no_positive_truth_leaves_the_relative_ones_undefined(self):
        one, other = _pair(np.random.default_rng(15))
        negative = [replace(each, spectators={"energy_gev": -each.spectators["energy_gev"]}) for each in (one, other)]
        metrics = compare_runs(negative)
        assert find(metrics, "delta_relative_resolution").method.startswith("undefined: the weights of the events with")
        assert math.isnan(find(metrics, "delta_median_absolute_relative_error_p_value").value)
        assert not any(curve.labels["relative"] for curve in difference_curves(negative))

    def test_differences_in_bins_are_those_of_their_events(self):
        one, other = _pair(np.random.default_rng(19), weights="gamma")
        evaluation = Evaluation(bins={"energy_gev": [0, 20, 50, 100]}, windows={"low": {"energy_gev": (20.0, 50.0)}})
        inside = compare_runs([one, other], evaluation)
        absolute, scaled = difference_curves([one, other], evaluation)
        assert (scaled.run, scaled.labels) == (
            "dnn", {"output": "energy_gev", "of": "energy_gev", "relative": True, "against": "bdt"},
        )  # fmt: skip
        for curve, names in (
            (absolute, {"delta_resolution": "delta_resolution"}),
            (scaled, {"delta_resolution": "delta_relative_resolution",
                      "delta_median_absolute_error": "delta_median_absolute_relative_error"}),
        ):  # fmt: skip
            for column, name in names.items():
                low = find(inside, name, selection="low: 20 <= energy_gev < 50")
                assert curve.columns[column][1] == pytest.approx(low.value)
                assert curve.columns[f"{column}_error"][1] == pytest.approx(low.error)
                p_value = find(inside, f"{name}_p_value", selection="low: 20 <= energy_gev < 50").value
                assert curve.columns[f"{column}_p_value"][1] == pytest.approx(p_value)
                assert np.isnan(curve.columns[column][0])  # nothing below 20 GeV
        assert difference_curves([one]) == []

    def test_coverage(self):
        """Residuals 0.1 (x + y)/√2 and 0.1 (x + z)/√2: no difference, half of the variance in common."""
        rng, n, inside = np.random.default_rng(16), 300, {"delta_rmse": 0, "delta_resolution": 0}
        inside |= {"delta_relative_resolution": 0, "delta_median_absolute_relative_error": 0}
        base = _energies(rng, n=400)
        for _ in range(n):
            x, y, z = rng.normal(size=(3, 400))
            runs = [
                replace(base, run=name, outputs={"energy_gev": _column(base.spectators["energy_gev"] + x + noise)},
                        members={})
                for name, noise in (("a", y), ("b", z))
            ]  # fmt: skip
            metrics = compare_runs(runs)
            for name in inside:
                delta = find(metrics, name)
                inside[name] += abs(delta.value) < delta.error
                assert (find(metrics, f"{name}_p_value").value > 0.3173) == (abs(delta.value) < delta.error)
        for count in inside.values():
            assert count / n == pytest.approx(0.6827, abs=3.5 * math.sqrt(0.6827 * 0.3173 / n))

    def test_windows_and_three_runs(self):
        one, other = _pair(np.random.default_rng(17))
        evaluation = Evaluation(windows={"none": {"energy_gev": (0.0, 1.0)}})
        metrics = compare_runs([one, other, replace(other, run="linear")], evaluation)
        assert [(m.run, m.against) for m in metrics if m.name == "delta_rmse" and m.selection is None] == [
            ("dnn", "bdt"), ("dnn", "linear"), ("bdt", "linear"),
        ]  # fmt: skip
        same = find(metrics, "delta_rmse", run="bdt", against="linear")
        assert (same.value, same.error) == (0, 0)
        nothing = find(metrics, "delta_rmse", run="dnn", against="bdt", selection="none: 0 <= energy_gev < 1")
        assert nothing.method.startswith("undefined: the weights of the 0 events")

    def test_other_events_or_targets_are_refused(self):
        one, other = _pair(np.random.default_rng(18))
        with pytest.raises(RunError, match="'dnn' and 'bdt' can only be compared on the same events, but their rows"):
            compare_runs([one, replace(other, row=other.row + 1)])
        task = build_task("regression", {"target": "eta"}, TaskContext(()))
        eta = replace(other, task=task, outputs={"eta": other.outputs["energy_gev"]})
        with pytest.raises(RunError, match=r"their outputs are dnn \['energy_gev'\], bdt \['eta'\]"):
            compare_runs([one, eta])
