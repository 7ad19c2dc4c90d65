import numpy as np
import pytest

from hepml.contracts import OutputSpec, TaskSpec
from hepml.errors import RecipeError
from hepml.networks.heads import attach_heads, logits_model, loss_per_example, set_target_scaling
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.target_scaling import with_scaling

keras = import_keras()

BINARY = OutputSpec("score", 1, "sigmoid", "binary_crossentropy", "label")
THREE = OutputSpec("score", 3, "softmax", "categorical_crossentropy", "label")


def test_binary_cross_entropy_by_hand():
    task = TaskSpec("classification", (BINARY,), ("a", "b"))
    losses = loss_per_example(
        task, {"score": np.array([[1.0], [0.0]], np.float32)}, {"score": np.array([[0.0], [200.0]], np.float32)}
    )
    np.testing.assert_allclose(losses, [np.log(2), 200.0], rtol=1e-5)  # no saturation


def test_categorical_cross_entropy_by_hand():
    task = TaskSpec("classification", (THREE,), ("a", "b", "c"))
    losses = loss_per_example(
        task, {"score": np.eye(3, dtype=np.float32)[[1]]}, {"score": np.log([[0.2, 0.5, 0.3]]).astype(np.float32)}
    )
    np.testing.assert_allclose(losses, [np.log(2)], rtol=1e-5)


def number(loss, **options):
    return TaskSpec("regression", (OutputSpec("e", 1, "linear", loss, "spectator:e", loss_options=options),))


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (number("mse"), [0.25, 9.0]),
        (number("mae"), [0.5, 3.0]),
        (number("huber", delta=1.0), [0.125, 2.5]),  # ½·0.5², and ½ + (3 − 1)
        (number("huber", delta=4.0), [0.125, 4.5]),
    ],
)
def test_losses_of_numbers_by_hand(task, expected):
    target, found = np.array([[1.0], [-2.0]], np.float32), np.array([[1.5], [1.0]], np.float32)
    np.testing.assert_allclose(loss_per_example(task, {"e": target}, {"e": found}), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("loss", "expected"), [("relative_mse", 0.0625), ("relative_mae", 0.25), ("relative_huber", 0.03125)]
)
def test_relative_errors_by_hand(loss, expected):
    """The target is 8 and what was found is 10, as they are or standardised with offset 4 and scale 2."""
    task = number(loss)
    plain = loss_per_example(task, {"e": np.array([[8.0]], np.float32)}, {"e": np.array([[10.0]], np.float32)})
    np.testing.assert_allclose(plain, [expected], rtol=1e-6)
    target, found = np.array([[2.0]], np.float32), np.array([[3.0]], np.float32)
    standardised = loss_per_example(with_scaling(task, {"e": (4.0, 2.0)}), {"e": target}, {"e": found})
    np.testing.assert_allclose(standardised, [expected], rtol=1e-6)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "relative_mse", "relative_mae"])
def test_a_missing_target_has_no_loss_and_no_gradient(loss):
    import tensorflow as tf

    found = tf.Variable([[1.0], [5.0]])
    with tf.GradientTape() as tape:
        losses = loss_per_example(number(loss), {"e": np.array([[np.nan], [1.0]], np.float32)}, {"e": found})
    assert losses.numpy()[0] == 0
    gradient = tape.gradient(losses, found).numpy()
    assert gradient[0] == 0
    assert gradient[1] > 0


def test_a_standardised_output_comes_out_in_its_unit():
    task = number("mse", standardise=True)
    features = keras.Input((4,), name="x")
    model = keras.Model({"x": features}, attach_heads(features, task, SeedStream(1)))
    x = {"x": np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)}
    set_target_scaling(model, {"e": (500.0, 20.0)})
    np.testing.assert_allclose(model(x)["e"], 500 + 20 * np.asarray(logits_model(model, task)(x)["e"]), rtol=1e-5)


def test_losses_of_several_outputs_add_up_with_their_shares():
    other = OutputSpec("other", 1, "sigmoid", "binary_crossentropy", "label", loss_weight=0.5)
    task = TaskSpec("classification", (BINARY, other), ("a", "b"))
    zeros = {"score": np.zeros((1, 1), np.float32), "other": np.zeros((1, 1), np.float32)}
    np.testing.assert_allclose(loss_per_example(task, zeros, zeros), [1.5 * np.log(2)], rtol=1e-5)


@pytest.mark.parametrize(("output", "classes"), [(BINARY, ("a", "b")), (THREE, ("a", "b", "c"))])
def test_the_output_is_the_activation_of_the_logits(output, classes):
    task = TaskSpec("classification", (output,), classes)
    features = keras.Input((4,), name="x")
    model = keras.Model({"x": features}, attach_heads(features, task, SeedStream(1)))
    x = {"x": np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)}
    logits = np.asarray(logits_model(model, task)(x)["score"])
    expected = 1 / (1 + np.exp(-logits)) if output is BINARY else np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(model(x)["score"], expected, rtol=1e-5)


def test_an_unknown_loss_shows_the_nearest():
    task = TaskSpec("x", (OutputSpec("y", 1, "sigmoid", "binary_crossentropi", "label"),))
    with pytest.raises(RecipeError, match="did you mean 'binary_crossentropy'"):
        loss_per_example(task, {"y": 0}, {"y": 0})
