import numpy as np
import pytest
from estimator_problems import ARRAYS, ENERGY_GEV, examples, new, plan, problem, regression, source
from memory_source import MemorySource
from sklearn.linear_model import LinearRegression

from hepml.errors import RunError
from hepml.estimators import load_member
from hepml.estimators.linear_solution import solve_logistic, solve_ridge

RNG = np.random.default_rng(1)
COLUMNS = RNG.normal(size=(300, 3))
WEIGHT = np.where(np.arange(300) % 5 == 0, -0.5, 1.0)


def test_ridge_without_penalty_is_least_squares():
    target = COLUMNS @ [1.0, -2.0, 0.5] + 3 + RNG.normal(size=300)
    weight = RNG.uniform(0.5, 2, 300)
    found = solve_ridge(COLUMNS, target, weight, l2=0.0)
    reference = LinearRegression().fit(COLUMNS, target, sample_weight=weight)
    np.testing.assert_allclose(found.coefficients[0], reference.coef_, rtol=1e-9)
    assert found.constant[0] == pytest.approx(reference.intercept_)


def test_a_penalty_shrinks_one_standardised_column_as_by_hand():
    """β = (Σ x·y / n) / (Σ x² / n + l2), the constant is not penalised."""
    x = np.array([[-1.0], [1.0]])
    found = solve_ridge(x, np.array([5.0, 9.0]), np.ones(2), l2=1.0)
    assert found.coefficients[0, 0] == pytest.approx(2 / (1 + 1))
    assert found.constant[0] == pytest.approx(7)


@pytest.mark.parametrize("solve", ["ridge", "logistic"])
def test_a_negative_weight_takes_an_event_away(solve):
    """Events of which one copy has weight 1 and another −1 do not count."""
    rows = np.concatenate([np.arange(300), np.arange(100, 200)])
    weight = np.concatenate([np.ones(300), -np.ones(100)])
    kept = np.r_[0:100, 200:300]
    if solve == "ridge":
        target = COLUMNS[:, 0] + RNG.normal(size=300)
        with_all = solve_ridge(COLUMNS[rows], target[rows], weight, l2=0.1)
        without = solve_ridge(COLUMNS[kept], target[kept], np.ones(200), l2=0.1)
    else:
        label = (COLUMNS[:, 0] + RNG.normal(size=300) > 0).astype(np.int64)
        with_all = solve_logistic(COLUMNS[rows], label[rows], weight, l2=0.1)
        without = solve_logistic(COLUMNS[kept], label[kept], np.ones(200), l2=0.1)
    np.testing.assert_allclose(with_all.coefficients, without.coefficients, atol=1e-4)
    np.testing.assert_allclose(with_all.constant, without.constant, atol=1e-4)


def test_a_fit_without_a_minimum_names_the_remedy():
    repeated = np.concatenate([COLUMNS, COLUMNS[:, :1]], axis=1)
    with pytest.raises(RunError, match="raise its option l2"):
        solve_ridge(repeated, COLUMNS[:, 0], np.ones(300), l2=0.0)
    upside_down = np.where(np.abs(COLUMNS[:, 0]) > 0.7, -1.0, 2.0)
    with pytest.raises(RunError, match=r"no minimum with \d+% negative weights: set weights\.negative to drop"):
        solve_ridge(COLUMNS, COLUMNS[:, 1], upside_down, l2=0.0)


def test_the_loss_is_the_weighted_cross_entropy(tmp_path):
    weight = np.where(np.arange(200) < 50, 3.0, 1 / 3)
    inputs, label = examples("linear", 200, seed=2)
    estimator, easy = new("linear"), problem("linear")
    history = estimator.fit(easy.train, MemorySource(ARRAYS["linear"], inputs, label, weight), plan(tmp_path))
    score = estimator.predict(inputs)["score"][:, 0].astype(float)
    by_hand = -np.average(np.log(np.where(label == 0, score, 1 - score)), weights=weight)
    assert [epoch.figures["validation_loss"] for epoch in history] == pytest.approx([by_hand], rel=1e-5)


def test_it_is_the_best_linear_fit_in_the_targets_unit(tmp_path):
    inputs, label = examples("linear", 500, seed=1)
    inputs = {"table": inputs["table"][:, [0, 1, 0, 3]] * [1, 1, 0, 1]}
    part = source("linear", inputs, label)
    estimator = new("linear", options={"l2": 1e-9}, learns=regression())
    estimator.fit(part, part, plan(tmp_path))
    energy = part._whole.spectators[ENERGY_GEV]
    reference = LinearRegression().fit(inputs["table"][:, :2], energy).predict(inputs["table"][:, :2])
    np.testing.assert_allclose(estimator.predict(inputs)[ENERGY_GEV][:, 0], reference, rtol=1e-5)


def test_a_model_that_is_not_fitted_says_so(tmp_path):
    estimator = new("linear")
    assert estimator.n_parameters == 0
    with pytest.raises(RunError, match="not fitted"):
        estimator.predict(examples("linear", 2, seed=1)[0])
    with pytest.raises(RunError, match="not fitted"):
        estimator.save(tmp_path)


def test_a_file_with_objects_is_refused(tmp_path):
    np.savez(tmp_path / "linear.npz", offset=np.array([print], dtype=object))
    with pytest.raises(RunError, match="cannot be loaded"):
        load_member(tmp_path, new("linear").spec)
