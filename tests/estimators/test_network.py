import numpy as np
import pytest
from estimator_problems import ARRAYS, TRAINING, examples, new, plan, problem
from memory_source import MemorySource
from pydantic import ValidationError

from hepml.contracts import Moments
from hepml.errors import RunError
from hepml.recipe import EarlyStopping, Optimiser


def test_a_loss_that_is_not_a_number_names_the_remedies(tmp_path):
    easy, estimator = problem("dnn"), new("dnn", options={"batch_norm": False})
    easy.train._whole.weight[5] = np.nan
    with pytest.raises(RunError, match=r"loss of epoch 0 is nan: lower training\.optimiser\.learning_rate \(0\.01\)"):
        estimator.fit(easy.train, easy.validation, plan(tmp_path))


def test_early_stopping_ends_a_fit_that_does_not_improve(tmp_path):
    easy, estimator = problem("dnn"), new("dnn")
    stopping = TRAINING.model_copy(update={"early_stopping": EarlyStopping(patience=2, min_delta=10.0)})
    history = estimator.fit(easy.train, easy.validation, plan(tmp_path, training=stopping))
    assert len(history) == 3  # epoch 0 is the best, and two more show no improvement by 10


def test_augmentation_can_be_switched_off(tmp_path):
    """Switched off, mirrors do what no moves at all do; switched on, they change the fit."""
    still, mirrors = {"reflect": False}, {"reflect": True}
    scores = []
    for number, (moves, switch) in enumerate(((still, True), (mirrors, False), (mirrors, True))):
        easy, estimator = problem("cnn", n=200), new("cnn", options={"augment": moves})
        training = TRAINING.model_copy(update={"augment": switch, "epochs": 2})
        estimator.fit(easy.train, easy.validation, plan(tmp_path / str(number), training=training))
        scores.append(estimator.predict(easy.inputs)["score"])
    np.testing.assert_array_equal(scores[0], scores[1])
    assert np.abs(scores[1] - scores[2]).max() > 1e-4


@pytest.mark.parametrize("kind", ["adam", "adamw", "sgd", "rmsprop", "adagrad", "adadelta"])
def test_every_optimiser_lowers_the_loss(kind, tmp_path):
    rate = {"adadelta": 5.0, "adagrad": 0.1, "sgd": 0.1}.get(kind, 0.01)
    settings = TRAINING.optimiser.model_copy(update={"kind": kind, "learning_rate": rate, "clip_norm": 1.0})
    training = TRAINING.model_copy(update={"optimiser": settings, "epochs": 3})
    easy, estimator = problem("dnn"), new("dnn", options={"weight_average": 0.0})
    history = estimator.fit(easy.train, easy.validation, plan(tmp_path, training=training))
    assert history[-1].figures["loss"] < history[0].figures["loss"]


def test_raw_features_go_in_and_the_constants_are_the_training_parts(tmp_path):
    easy, estimator = problem("dnn"), new("dnn")
    estimator.fit(easy.train, easy.validation, plan(tmp_path))
    layer = estimator.model.get_layer("table_standardise")
    table, _ = examples("dnn", 600, seed=1)
    np.testing.assert_allclose(
        layer.offset.numpy(), np.nanmean(table["table"].astype(float), axis=0), rtol=1e-4, atol=1e-6
    )
    expected = np.nanstd(table["table"].astype(float), axis=0)
    expected[3] = 1.0  # constant: σ = 0
    np.testing.assert_allclose(layer.scale.numpy(), expected, rtol=1e-4)


def test_momentum_goes_further_and_looking_ahead_is_another_way(tmp_path):
    losses = []
    for number, changed in enumerate(({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True})):
        settings = TRAINING.optimiser.model_copy(update={"kind": "sgd", "learning_rate": 0.01, **changed})
        easy, estimator = problem("dnn"), new("dnn", options={"weight_average": 0.0})
        training = TRAINING.model_copy(update={"optimiser": settings, "epochs": 2})
        history = estimator.fit(easy.train, easy.validation, plan(tmp_path / str(number), training=training))
        losses.append(history[-1].figures["loss"])
    assert losses[1] < losses[0]
    assert abs(losses[2] - losses[1]) > 1e-6


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "adam", "momentum": 0.9}, "momentum is for sgd and rmsprop"),
        ({"kind": "sgd", "nesterov": True}, "nesterov is for sgd with a momentum above 0"),
    ],
)
def test_a_momentum_that_would_not_be_used_is_refused(values, message):
    with pytest.raises(ValidationError, match=message):
        Optimiser(**values)


class SameMoments(MemorySource):
    """Moments count rows, not weights: given here, so that both fits have the same normalisation."""

    moments = {"table": Moments(np.ones((1, 4)), np.zeros((1, 4)), np.full((1, 4), 100.0))}


def test_a_weight_of_two_is_the_event_twice(tmp_path):
    inputs, label = examples("dnn", 40, seed=1)
    weight = np.where(np.arange(40) < 10, 2.0, 1.0)
    rows = np.concatenate([np.arange(40), np.arange(10)])
    weighted = SameMoments(ARRAYS["dnn"], inputs, label, weight / weight.mean())
    repeated = SameMoments(ARRAYS["dnn"], {"table": inputs["table"][rows]}, label[rows])
    settings = TRAINING.optimiser.model_copy(update={"kind": "sgd", "learning_rate": 0.3})
    training = TRAINING.model_copy(update={"epochs": 3, "batch_size": 64, "optimiser": settings})
    scores = []
    for number, source in enumerate((weighted, repeated)):
        # Without batch normalisation and dropout a step on the whole part is linear in the weights.
        estimator = new("dnn", options={"batch_norm": False, "dropout": 0.0})
        estimator.fit(source, repeated, plan(tmp_path / str(number), training=training))
        scores.append(estimator.predict(inputs)["score"])
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-5)
    assert scores[0].std() > 0.005
