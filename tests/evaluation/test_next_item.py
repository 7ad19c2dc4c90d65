"""Figures of outputs per item, by hand and on toys whose errors are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepml.contracts import ArraySpec, Predictions
from hepml.errors import DatasetError, RunError
from hepml.evaluation import (
    EvaluationDocument,
    compare_runs,
    document_from_json,
    document_to_json,
    evaluate_predictions,
    leading_figures,
    prediction_histograms,
)
from hepml.recipe import Evaluation
from hepml.tasks import TaskContext, build_task


def _task(length, **options):
    arrays = {"hits": ArraySpec((length, 2), role="sequence", features=("phi [rad]", "z [cm]"))}
    return build_task("next_item", {"target": "hits", **options}, TaskContext((), ("hits",), arrays))


def _predictions(task, values, targets, *, weight=None, run="rnn", members=None):
    n = len(targets)
    return Predictions(
        run=run,
        part="test",
        task=task,
        outputs={"next_item": np.asarray(values, np.float32)},
        label=np.full(n, -1, np.int32),
        weight=np.ones(n) if weight is None else np.asarray(weight, float),
        spectators={"pt": np.arange(n)},
        row=np.arange(n),
        members={name: {"next_item": np.asarray(each, np.float32)} for name, each in (members or {}).items()},
        targets={"next_item": np.asarray(targets, np.float32)},
    )


def _places(place, probability, truth, **more):
    task = _task(len(truth[0]), kind="pixels", feature="z", places=9, ahead=0, seed_items=1)
    values = np.stack([np.asarray(place, float), np.asarray(probability, float)], axis=-1)
    return _predictions(task, values, np.asarray(truth, float)[..., None], **more)


def _gaussians(rng, *, n=4000, length=4, stretch=1.0, shared=0.0, run="rnn"):
    """Items of correlated coordinates; `shared` of the variance is the same for all items of an event."""
    covariance = np.array([[4.0, 3.0], [3.0, 9.0]])
    factor = np.linalg.cholesky(covariance)
    own, common = rng.normal(size=(n, length, 2)), rng.normal(size=(n, 1, 2))
    truth = (np.sqrt(1 - shared) * own + np.sqrt(shared) * common) @ factor.T + 100
    triangle = stretch**2 * covariance[np.tril_indices(2)]
    values = np.broadcast_to(np.concatenate([[100, 100], triangle]), (n, length, 5))
    return _predictions(_task(length), values, truth, run=run)


def _metrics(predictions, evaluation=None):
    metrics, _ = evaluate_predictions({"test": predictions}, evaluation or Evaluation(), seed=1)
    physics = [metric for metric in metrics if metric.weights == "physics"]
    return {(metric.name, metric.output, metric.member, metric.selection): metric for metric in physics}


def test_places_by_hand():
    """Two events with weights 3 and 1; the second has one item only, which is wrong."""
    nan = np.nan
    one = _places([[1, 2, 3], [4, 0, 0]], [[1, 0.5, 0.1], [0.25, nan, nan]], [[1, 2, 5], [5, nan, nan]], weight=[3, 1])
    found = _metrics(one)
    assert found["hit_accuracy", None, None, None].value == pytest.approx(6 / 10)
    assert found["hit_accuracy_without_seeds", None, None, None].value == pytest.approx(0.5)
    wanted = (3 * (np.log(0.5) + np.log(0.1)) + np.log(0.25)) / 10
    assert found["log_likelihood", None, None, None].value == pytest.approx(wanted, rel=1e-6)


def test_what_is_ruled_out_costs_no_infinity():
    found = _metrics(_places([[0]] * 3, [[0.0]] * 3, [[1]] * 3))
    assert found["log_likelihood", None, None, None].value == pytest.approx(np.log(1e-12))


def test_errors_are_those_of_events():
    """All ten items of an event are right or wrong together: the error is that of 400 coins, not of 4000."""
    right = np.random.default_rng(1).random(400) < 0.8
    place = np.repeat(right[:, None], 10, axis=1).astype(int)
    one = _places(place, np.full((400, 10), 0.5), np.ones((400, 10)))
    error = _metrics(one)["hit_accuracy", None, None, None].error
    share = right.mean()
    assert error == pytest.approx(np.sqrt(share * (1 - share) / 399), rel=1e-6)


def test_windows_members_and_the_curve():
    truth = [[1, 2]] * 6
    one = _places(
        [[1, 2]] * 3 + [[1, 0]] * 3,
        np.full((6, 2), 0.5),
        truth,
        members={"seed1": np.ones((6, 2, 2)), "seed2": np.full((6, 2, 2), 2)},
    )
    found = _metrics(one, Evaluation(windows={"late": {"pt": (3, 6)}}))
    late = next(metric for (name, *_), metric in found.items() if metric.selection and name == "hit_accuracy")
    assert late.value == 0.5
    assert found["hit_accuracy", None, "seed1", None].value == pytest.approx(0.5)
    assert found["hit_accuracy", None, "median", None].error == 0
    _, curves = evaluate_predictions({"test": one}, Evaluation(), seed=1)
    [curve] = curves
    assert curve.columns["item"].tolist() == [0, 1]
    np.testing.assert_allclose(curve.columns["accuracy"], [1, 0.5])


def test_normal_distributions_that_are_right():
    found = _metrics(_gaussians(np.random.default_rng(2)))
    wanted = {
        ("residual_width", "phi [rad]"): 2,
        ("residual_width", "z [cm]"): 3,
        ("residual_mean", "z [cm]"): 0,
        ("pull_width", "phi [rad]"): 1,
        ("pull_width", "z [cm]"): 1,
        ("pull_mean", "phi [rad]"): 0,
        ("coverage_68", None): 0.6827,
        ("coverage_95", None): 0.9545,
        # ln of the density: −ln 2π − ½ ln det − 1, det = 27
        ("log_likelihood", None): -np.log(2 * np.pi) - 0.5 * np.log(27) - 1,
    }
    for (name, output), value in wanted.items():
        metric = found[name, output, None, None]
        assert abs(metric.value - value) < 4 * metric.error
        assert metric.error < 0.05


def test_normal_distributions_that_are_too_wide():
    found = _metrics(_gaussians(np.random.default_rng(3), stretch=2))
    assert found["pull_width", "z [cm]", None, None].value == pytest.approx(0.5, abs=0.02)
    assert found["coverage_68", None, None, None].value > 0.98
    assert found["residual_width", "z [cm]", None, None].value == pytest.approx(3, abs=0.1)


def test_errors_of_widths_cover():
    """With items that fluctuate together the stated error of the width is the scatter of repeated samples."""
    rng = np.random.default_rng(5)
    samples = [_metrics(_gaussians(rng, n=300, shared=0.8)) for _ in range(60)]
    metrics = [metrics["pull_width", "z [cm]", None, None] for metrics in samples]
    values, errors = np.array([(m.value, m.error) for m in metrics]).T
    assert values.std() / errors.mean() == pytest.approx(1, abs=0.3)
    assert errors.mean() > 1.3 / np.sqrt(2 * 1200)  # more than of items on their own


def test_runs_on_the_same_events():
    """One run is right where the other is, and on a tenth of the items more."""
    rng = np.random.default_rng(6)
    truth, found = np.ones((500, 4)), (rng.random((500, 4)) < 0.7).astype(float)
    better = np.where(rng.random((500, 4)) < 0.1, 1.0, found)
    runs = [_places(place, np.full((500, 4), 0.5), truth, run=name) for name, place in (("a", better), ("b", found))]
    metrics = {metric.name: metric for metric in compare_runs(runs)}
    gain = metrics["delta_hit_accuracy"]
    assert gain.value == pytest.approx((better - found).mean())
    assert (gain.run, gain.against) == ("a", "b")
    per_event = (better - found).mean(axis=1)
    assert gain.error == pytest.approx(per_event.std(ddof=1) / np.sqrt(500), rel=1e-6)
    assert metrics["delta_hit_accuracy_p_value"].value < 1e-6
    assert metrics["delta_log_likelihood"].value == pytest.approx(0)
    with pytest.raises(RunError, match="true values differ"):
        compare_runs([runs[0], _places(found, np.full((500, 4), 0.5), truth + 1, run="b")])


def test_the_leading_figure_and_its_influence():
    rng = np.random.default_rng(7)
    one = _places((rng.random((50, 3)) < 0.6).astype(int), np.full((50, 3), 0.5), np.ones((50, 3)))
    [figure] = leading_figures(one)
    assert (figure.name, figure.higher_is_better) == ("hit_accuracy", True)
    assert np.sqrt((figure.influence**2).sum()) == pytest.approx(figure.estimate.error, rel=0.02)
    [density] = leading_figures(_gaussians(rng, n=50))
    assert density.name == "log_likelihood"


def test_curves_and_histograms_of_normal_distributions():
    one = _gaussians(np.random.default_rng(8), n=500)
    metrics, curves = evaluate_predictions({"test": one}, Evaluation(), seed=1)
    assert [(curve.name, curve.labels["output"]) for curve in curves] == [
        (name, feature) for feature in ("phi [rad]", "z [cm]") for name in ("pull_histogram", "width_by_item")
    ]
    assert curves[1].columns["item"].tolist() == [1, 2, 3, 4]
    assert curves[0].columns["sum_w"].sum() == 2000
    found = prediction_histograms(one)
    assert list(found) == [
        f"rnn/test/next_item/{name}" for name in ("phi_residual", "phi_pull", "z_residual", "z_pull")
    ]
    document = EvaluationDocument("next_item", "d", ("rnn",), tuple(metrics), tuple(curves))
    assert document_from_json(document_to_json(document)).metrics == tuple(metrics)


def test_what_cannot_be_judged():
    one = _gaussians(np.random.default_rng(9), n=5)
    with pytest.raises(DatasetError, match="no item of the 5 events has a true value"):
        _metrics(replace(one, targets={"next_item": np.full((5, 4, 2), np.nan)}))
    with pytest.raises(DatasetError, match="20 of 20 items have a NaN or infinite prediction"):
        _metrics(replace(one, outputs={"next_item": np.full((5, 4, 5), np.nan)}))
    with pytest.raises(RunError, match="nothing is there to compare"):
        _metrics(replace(one, targets={}))
