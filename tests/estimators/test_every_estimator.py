"""What every estimator of the table promises that learns classes; for the others see test_line_models.py."""

import numpy as np
import pytest
from estimator_problems import (
    ARRAYS,
    ENERGY_GEV,
    SMALL,
    TRAINING,
    auc,
    energy_gev,
    examples,
    new,
    plan,
    problem,
    regression,
    source,
)
from memory_source import MemorySource

from hepml.contracts import ArraySpec, Estimator
from hepml.errors import DatasetError, RecipeError, RunError
from hepml.estimators import ESTIMATORS, build_estimator, estimator_class, load_member, read_history, save_member

NAMES = [name for name in sorted(ESTIMATORS) if "classification" in estimator_class(name).tasks]
every = pytest.mark.parametrize("name", NAMES)
TABLES = [name for name in NAMES if "table" in estimator_class(name).roles]
tables = pytest.mark.parametrize("name", TABLES)  # what networks share is tried on the cheap one
REGRESSORS = [name for name in NAMES if "regression" in estimator_class(name).tasks]
regressors = pytest.mark.parametrize("name", REGRESSORS)
regressing_tables = pytest.mark.parametrize("name", [name for name in TABLES if name in REGRESSORS])
SOLVED = ("likelihood", "linear")
"""What is found in one step, without chance."""

LONGER = TRAINING.model_copy(update={"epochs": 12})


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """One fitted estimator per name, with its history and problem; made once."""
    made = {}

    def get(name):
        if name not in made:
            easy, estimator = problem(name), new(name)
            history = estimator.fit(easy.train, easy.validation, plan(tmp_path_factory.mktemp(name)))
            made[name] = easy, estimator, history
        return made[name]

    return get


@every
def test_the_table_resolves_to_estimators_with_defaults(name):
    found = estimator_class(name)
    assert issubclass(found, Estimator)
    assert found.Options() == found.Options.model_validate({})
    assert found.tasks
    assert found.roles


@every
def test_a_fit_separates_an_easy_problem(name, fitted):
    easy, estimator, history = fitted(name)
    score = estimator.predict(easy.inputs)["score"]
    assert score.shape == (len(easy.label), 1)
    assert score.dtype == np.float32
    assert (score >= 0).all()
    assert (score <= 1).all()
    # Label 0 is class "a", the signal: its score is high.
    assert auc(score[:, 0], easy.label == 0) > 0.8
    assert estimator.n_parameters > 0
    assert [epoch.index for epoch in history] == list(range(len(history)))
    assert all({"loss", "validation_loss"} <= set(epoch.figures) for epoch in history)
    # What is solved in one step has no rate.
    assert all(("learning_rate" in epoch.figures) == (name not in SOLVED) for epoch in history)


@tables
def test_without_a_validation_part_the_last_state_is_kept(name, tmp_path):
    """It is what the same fit keeps that watches a validation part and is told to keep the last."""
    last, easy = TRAINING.model_copy(update={"epochs": 2, "keep": "last"}), problem(name)
    alone, watched = new(name), new(name)
    history = alone.fit(easy.train, None, plan(tmp_path / "alone", training=last))
    seen = watched.fit(easy.train, easy.validation, plan(tmp_path / "watched", training=last))
    assert all("validation_loss" not in epoch.figures for epoch in history)
    assert [epoch.figures["loss"] for epoch in history] == [epoch.figures["loss"] for epoch in seen]
    assert alone.n_parameters == watched.n_parameters
    np.testing.assert_array_equal(alone.predict(easy.inputs)["score"], watched.predict(easy.inputs)["score"])


@every
def test_three_classes_sum_to_one(name, tmp_path):
    easy = problem(name, n_classes=3)
    estimator = new(name, n_classes=3)
    estimator.fit(easy.train, easy.validation, plan(tmp_path))
    score = estimator.predict(easy.inputs)["score"]
    assert score.shape == (len(easy.label), 3)
    np.testing.assert_allclose(score.sum(axis=1), 1, atol=1e-5)
    assert np.mean(score.argmax(axis=1) == easy.label) > 0.5


@every
def test_saved_and_loaded_predicts_the_same(name, fitted, tmp_path):
    easy, estimator, history = fitted(name)
    save_member(tmp_path / "member", estimator, history)
    again = load_member(tmp_path / "member", estimator.spec)
    np.testing.assert_array_equal(again.predict(easy.inputs)["score"], estimator.predict(easy.inputs)["score"])
    assert again.n_parameters == estimator.n_parameters
    assert read_history(tmp_path / "member") == history


@every
def test_no_rows_and_one_row(name, fitted):
    easy, estimator, _ = fitted(name)
    none = estimator.predict({key: values[:0] for key, values in easy.inputs.items()})["score"]
    assert none.shape == (0, 1)
    assert none.dtype == np.float32
    one = estimator.predict({key: values[:1] for key, values in easy.inputs.items()})["score"]
    np.testing.assert_array_equal(one, estimator.predict(easy.inputs)["score"][:1])


@every
def test_a_row_does_not_depend_on_its_neighbours(name, fitted):
    _, estimator, _ = fitted(name)
    many, _ = examples(name, 1100, seed=4)
    whole = estimator.predict(many)["score"]
    for start, stop in ((0, 512), (3, 700), (511, 514), (1099, 1100)):
        part = estimator.predict({key: values[start:stop] for key, values in many.items()})["score"]
        np.testing.assert_allclose(part, whole[start:stop], atol=1e-6, rtol=0)


@every
def test_missing_values_give_a_score(name, fitted):
    if "image" in estimator_class(name).roles:
        pytest.skip("an image has no missing values")
    _, estimator, _ = fitted(name)
    nothing = {key: np.full((2, *spec.shape), np.nan).astype(spec.dtype) for key, spec in ARRAYS[name].items()}
    assert np.isfinite(estimator.predict(nothing)["score"]).all()


@every
def test_the_seed_decides(name, tmp_path):
    if name in SOLVED:
        pytest.skip("nothing is drawn at random")
    # Trees draw nothing at random unless they try a share of the features only.
    options = {"max_features": 0.5} if name == "bdt" else {}
    scores = []
    for number, seed in enumerate((1, 1, 2)):
        easy, estimator = problem(name), new(name, seed=seed, options=options)
        estimator.fit(easy.train, easy.validation, plan(tmp_path / str(number)))
        scores.append(estimator.predict(easy.inputs)["score"])
    np.testing.assert_array_equal(scores[0], scores[1])
    assert np.abs(scores[0] - scores[2]).max() > 1e-4


@every
def test_weights_are_heard(name, tmp_path):
    """With the same inputs for both classes the score is the class's share of the weight: 3 of 4."""
    inputs, label = examples(name, 600, seed=1)
    blind = {key: np.repeat(values[:300], 2, axis=0) for key, values in inputs.items()}
    label = np.tile([0, 1], 300)
    weight = np.where(label == 0, 1.5, 0.5)
    source = MemorySource(problem(name).train.arrays, blind, label, weight)
    estimator = new(name)
    estimator.fit(source, source, plan(tmp_path))
    assert estimator.predict(blind)["score"].mean() == pytest.approx(0.75, abs=0.05)


@every
def test_negative_weights_are_used_or_refused(name, tmp_path):
    weight = np.where(np.arange(600) % 10 == 0, -1.0, 1.25)
    easy, estimator = problem(name, weight=weight), new(name)
    if estimator.negative_weights:
        estimator.fit(easy.train, easy.validation, plan(tmp_path))
        assert auc(estimator.predict(easy.inputs)["score"][:, 0], easy.label == 0) > 0.7
    else:
        with pytest.raises(RunError, match=r"weights\.negative to drop, abs or rebalance"):
            estimator.fit(easy.train, easy.validation, plan(tmp_path))


@every
def test_a_misspelled_option_is_named(name):
    with pytest.raises(RecipeError, match=rf"models.{name}.options.learnign"):
        build_estimator(
            name,
            {"learnign": 1},
            task=new(name).spec.task,
            arrays=new(name).spec.arrays,
            seed=1,
            path=f"models.{name}.options",
        )


@every
def test_an_empty_part_is_refused(name, tmp_path):
    easy, estimator = problem(name), new(name)
    inputs, label = examples(name, 0, seed=1)
    with pytest.raises(DatasetError, match="training part has no examples"):
        estimator.fit(MemorySource(easy.train.arrays, inputs, label), easy.validation, plan(tmp_path))


@every
def test_an_unlabelled_example_is_refused(name, tmp_path):
    easy, estimator = problem(name), new(name)
    inputs, label = examples(name, 10, seed=1)
    with pytest.raises(DatasetError, match="label -1"):
        estimator.fit(MemorySource(easy.train.arrays, inputs, label * 0 - 1), easy.validation, plan(tmp_path))


@every
def test_other_inputs_are_refused(name, fitted):
    easy, estimator, _ = fitted(name)
    key, values = next(iter(easy.inputs.items()))
    with pytest.raises(RunError, match="is missing"):
        estimator.predict({"other": values})
    with pytest.raises(RunError, match="trained with"):
        estimator.predict({**easy.inputs, key: values[:, :1]})


@every
def test_a_file_of_another_model_is_refused(name, fitted, tmp_path):
    _, estimator, history = fitted(name)
    save_member(tmp_path, estimator, history)
    wider = {"other": next(iter(estimator.spec.arrays.values()))}
    other = type(estimator.spec)(
        name, estimator.spec.options, estimator.spec.task, {**estimator.spec.arrays, **wider}, 1
    )
    with pytest.raises(RunError, match="different runs are mixed"):
        load_member(tmp_path, other)


@every
def test_a_damaged_or_missing_file_is_refused(name, fitted, tmp_path):
    _, estimator, history = fitted(name)
    with pytest.raises(RunError, match="train"):
        load_member(tmp_path, estimator.spec)
    save_member(tmp_path, estimator, history)
    file = next(path for path in tmp_path.iterdir() if path.suffix in (".keras", ".skops", ".json", ".npz"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(RunError, match="train"):
        load_member(tmp_path, estimator.spec)


@pytest.fixture(scope="module")
def regressed(tmp_path_factory):
    """One fitted estimator per name and loss, with its history and problem; made once."""
    made = {}

    def get(name, loss="mse"):
        if (name, loss) not in made:
            easy, estimator = problem(name), new(name, learns=regression(loss=loss))
            folder = tmp_path_factory.mktemp(f"{name}_{loss}")
            history = estimator.fit(easy.train, easy.validation, plan(folder, training=LONGER))
            made[name, loss] = easy, estimator, history
        return made[name, loss]

    return get


def spread(easy, estimator):
    """Return the standard deviation of what is not found, and of what there was to find; in GeV."""
    found = estimator.predict(easy.inputs)[ENERGY_GEV][:, 0]
    return np.std(found - easy.energy_gev), np.std(easy.energy_gev)


@regressors
def test_a_number_is_found_in_its_own_unit(name, regressed):
    """σ of the target is 54 GeV (images: 50, views: 63, sequences: 60), of which 20 are noise that nothing can find."""
    easy, estimator, history = regressed(name)
    found = estimator.predict(easy.inputs)[ENERGY_GEV]
    assert found.shape == (len(easy.label), 1)
    assert found.dtype == np.float32
    left, before = spread(easy, estimator)
    assert 18 < left < 0.75 * before
    assert abs(np.mean(found[:, 0] - easy.energy_gev)) < 6
    # Standardised targets: a loss of 1 is that of the mean.
    assert history[-1].figures["validation_loss"] < 0.8


@regressing_tables
def test_an_absolute_error_finds_it_too_or_is_refused(name, regressed):
    for loss in sorted({"mae", "huber"} & estimator_class(name).losses):
        left, before = spread(*regressed(name, loss)[:2])
        assert left < 0.75 * before
    for loss in sorted({"mae", "huber"} - estimator_class(name).losses):
        with pytest.raises(RecipeError, match=rf"'{name}' cannot minimise the loss '{loss}': use '"):
            new(name, learns=regression(loss=loss))


@regressing_tables
def test_relative_errors_are_those_of_what_is_small(name, tmp_path):
    """Of a log-normal target with σ = ½ the mean has a relative squared error of .55, and the best value one of .22."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1500, 4)).astype(np.float32)
    energy = np.exp(0.2 * x[:, 0] + 0.5 * rng.normal(size=1500))
    part = source(name, {"table": x}, np.zeros(1500, np.int64), energy=energy)
    lost = {}
    for relative in (False, True):
        estimator = new(name, learns=regression(relative=relative))
        history = estimator.fit(part, part, plan(tmp_path / str(relative), training=LONGER))
        found = estimator.predict({"table": x})[ENERGY_GEV][:, 0]
        lost[relative] = float(np.mean(np.square(found / energy - 1)))
    assert lost[True] < 0.7 * lost[False]
    kept = min(epoch.figures["validation_loss"] for epoch in history)
    assert kept == pytest.approx(lost[True], rel=0.02)  # the history is in the unit of the loss


@regressors
def test_a_saved_regression_predicts_the_same(name, regressed, tmp_path):
    easy, estimator, history = regressed(name)
    save_member(tmp_path / "member", estimator, history)
    again = load_member(tmp_path / "member", estimator.spec)
    np.testing.assert_array_equal(again.predict(easy.inputs)[ENERGY_GEV], estimator.predict(easy.inputs)[ENERGY_GEV])
    assert again.n_parameters == estimator.n_parameters
    none = again.predict({key: values[:0] for key, values in easy.inputs.items()})[ENERGY_GEV]
    assert none.shape == (0, 1)


@regressing_tables
def test_the_unit_of_a_target_does_not_matter(name, tmp_path):
    inputs, label = examples(name, 300, seed=1)
    energy = energy_gev(inputs, seed=1)
    found = []
    for number, unit in enumerate((1.0, 1024.0)):  # a power of two: no rounding
        part = source(name, inputs, label, energy=energy * unit)
        estimator = new(name, learns=regression())
        history = estimator.fit(part, part, plan(tmp_path / str(number)))
        found.append((estimator.predict(inputs)[ENERGY_GEV] / unit, history[-1].figures["validation_loss"]))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-4)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-3)


@regressing_tables
def test_a_missing_target_does_not_count(name, tmp_path):
    """Half of the targets are missing: the fit is that of the others, but for the batches of a network."""
    easy = problem(name, n=300)
    inputs, label = examples(name, 300, seed=1)
    energy = energy_gev(inputs, seed=1)
    half = np.arange(300) % 2 == 0
    parts = (
        source(name, inputs, label, energy=np.where(half, energy, np.nan)),
        source(name, {key: values[half] for key, values in inputs.items()}, label[half], energy=energy[half]),
    )
    found = []
    for number, part in enumerate(parts):
        estimator = new(name, learns=regression())
        estimator.fit(part, easy.validation, plan(tmp_path / str(number), training=LONGER))
        found.append(estimator.predict(easy.inputs)[ENERGY_GEV])
    assert np.isfinite(found[0]).all()
    assert np.std(found[0] - found[1]) < {"linear": 0.5, "bdt": 1e-3, "xgboost": 1e-3}.get(name, 12.0)


@regressing_tables
def test_several_targets_are_learnt_or_refused(name, tmp_path):
    both = regression(target=[ENERGY_GEV, "label_again"])
    if not estimator_class(name).several_outputs:
        with pytest.raises(RecipeError, match=f"'{name}' learns one output and the task has 2"):
            new(name, learns=both)
        return
    inputs, label = examples(name, 400, seed=1)
    other = {"label_again": label.astype(float)}
    part = MemorySource(ARRAYS[name], inputs, label, spectators={ENERGY_GEV: energy_gev(inputs, seed=1)} | other)
    estimator = new(name, learns=both)
    estimator.fit(part, part, plan(tmp_path, training=LONGER))
    found = estimator.predict(inputs)
    assert {key: values.shape for key, values in found.items()} == {ENERGY_GEV: (400, 1), "label_again": (400, 1)}
    assert auc(found["label_again"][:, 0], label == 1) > 0.75
    assert np.corrcoef(found[ENERGY_GEV][:, 0], energy_gev(inputs, seed=1))[0, 1] > 0.6


MIXED = {
    "table": ArraySpec((3,), role="table", moments_shape=(3,), categories=(0, 4, 40), may_miss=(True, False, True))
}


def mixed(n, *, seed):
    """Return a number that is missing for most of one class, and codes whose parity and halves tell it as well."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, n)
    number = np.where(rng.random(n) < 0.2 + 0.6 * label, np.nan, rng.normal(size=n))
    few = 2 * rng.integers(0, 2, n) + np.where(rng.random(n) < 0.8, label, 1 - label)
    many = 2 * rng.integers(0, 20, n) + np.where(rng.random(n) < 0.8, label, 1 - label)
    return {"table": np.stack([number, few, many], axis=1).astype(np.float32)}, label


@tables
def test_categories_and_missing_values_are_read(name, tmp_path):
    """Parity is no order: as numbers the codes would say nothing.  The truth's AUC is 0.927."""
    (inputs, label), (unseen, truth) = mixed(1500, seed=1), mixed(1000, seed=2)
    train, other = MemorySource(MIXED, inputs, label), MemorySource(MIXED, *mixed(300, seed=3))
    estimator = build_estimator(name, SMALL[name], task=new(name).spec.task, arrays=MIXED, seed=1)
    history = estimator.fit(train, other, plan(tmp_path / "fit", training=LONGER))
    score = estimator.predict(unseen)["score"][:, 0]
    assert auc(score, truth == 0) > 0.88
    save_member(tmp_path / "member", estimator, history)
    again = load_member(tmp_path / "member", estimator.spec)
    np.testing.assert_array_equal(again.predict(unseen)["score"][:, 0], score)
    strange = np.array([[0, 4, 40], [0, -1, 1e9], [0, 1.5, np.nan], [np.nan] * 3], np.float32)
    assert np.isfinite(again.predict({"table": strange})["score"]).all()


def test_options_small_enough_for_tests_cover_the_table():
    assert set(SMALL) == set(NAMES)
    assert TRAINING.early_stopping is None
