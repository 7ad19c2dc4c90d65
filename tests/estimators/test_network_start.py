"""A network that starts from another one: what it takes over, what it trains, and what does not fit."""

from dataclasses import replace

import numpy as np
import pytest
from estimator_problems import ARRAYS, SMALL, TRAINING, energy_gev, examples, new, plan, problem, regression, source

from hepml.contracts import OutputSpec, StartPlan, TaskSpec, Transferable
from hepml.errors import RunError
from hepml.estimators import ESTIMATORS, build_estimator, estimator_class, load_member, save_member
from hepml.estimators.network_start import start_network
from hepml.networks.slow_variables import SlowVariables
from hepml.networks.transfer import backbone_layers, common_heads

NETWORKS = [
    name
    for name in sorted(ESTIMATORS)
    if issubclass(estimator_class(name), Transferable) and "classification" in estimator_class(name).tasks
]
ONE = TRAINING.model_copy(update={"epochs": 1})
TWO = TRAINING.model_copy(update={"epochs": 2})
NO_AVERAGE = {"weight_average": 0.0}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One network per name with weights as after a training, none at its start, written and read again; made once."""
    made = {}

    def get(name):
        if name not in made:
            estimator, rng = new(name), np.random.default_rng(1)
            for weight in estimator.model.weights:
                weight.assign(rng.uniform(0.5, 1.5, weight.shape) * (0.9 * weight.numpy() + 0.1))
            save_member(folder := tmp_path_factory.mktemp(name), estimator, [])
            made[name] = load_member(folder, estimator.spec)
        return made[name]

    return get


def backbone(estimator):
    return [w.numpy() for layer in backbone_layers(estimator.model, estimator.spec.task) for w in layer.weights]


def head(estimator):
    return [weight.numpy() for weight in estimator.model.get_layer("score_logits").weights]


def equal(first, second):
    return [np.array_equal(a, b) for a, b in zip(first, second, strict=True)]


@pytest.mark.parametrize("name", NETWORKS)
def test_it_reproduces_what_it_starts_from(name, trained):
    other, estimator = trained(name), new(name, seed=7)
    assert not all(equal(backbone(estimator), backbone(other)))
    assert estimator.start_from(other, StartPlan()) == ("score",)
    inputs = {key: values[:5] for key, values in problem(name, n=10).inputs.items()}
    scores = [np.asarray(each.model(inputs)["score"]) for each in (estimator, other)]
    assert np.isfinite(scores[0]).all()
    np.testing.assert_array_equal(*scores)


def test_other_classes_get_a_new_head(trained):
    estimator, untouched = new("dnn", seed=7, n_classes=3), new("dnn", seed=7, n_classes=3)
    assert estimator.start_from(trained("dnn"), StartPlan()) == ()
    assert all(equal(backbone(estimator), backbone(trained("dnn"))))
    assert all(equal(head(estimator), head(untouched)))


def test_the_same_classes_may_get_a_new_head(trained):
    estimator, untouched = new("dnn", seed=7), new("dnn", seed=7)
    assert estimator.start_from(trained("dnn"), StartPlan(keep_heads=False)) == ()
    assert all(equal(head(estimator), head(untouched)))


def test_classes_that_are_counts_are_known_by_their_codes():
    few = {"codes": (0, 1, 2), "last_is_open": True}
    count = OutputSpec("n_p", 3, "softmax", "categorical_crossentropy", "codes:n", classes=("0", "1", ">=2"))
    here, same, other = (
        TaskSpec("several", (replace(count, loss_options=options, loss_weight=weight),), ("a", "b"))
        for options, weight in ((few, 1.0), (few, 2.0), ({**few, "codes": (0, 1, 3)}, 1.0))
    )
    assert common_heads(here, same) == ("n_p",)
    assert common_heads(here, other) == ()


def test_what_is_frozen_does_not_change(trained, tmp_path):
    """Weights and the moving statistics of batch normalisation, with averaged weights."""
    easy, estimator = problem("cnn", n=200), new("cnn", seed=7)
    estimator.start_from(trained("cnn"), StartPlan(freeze=True))
    before = head(estimator)
    estimator.fit(easy.train, easy.validation, plan(tmp_path, training=ONE))
    assert all(equal(backbone(estimator), backbone(trained("cnn"))))
    assert not any(equal(head(estimator), before))
    assert estimator.n_parameters == sum(weight.size for weight in before)


def test_what_is_not_frozen_changes_but_for_the_normalisation(trained, tmp_path):
    easy, estimator = problem("dnn", n=200), new("dnn", seed=7)
    estimator.start_from(trained("dnn"), StartPlan())
    estimator.fit(easy.train, easy.validation, plan(tmp_path, training=ONE))
    same = equal(backbone(estimator), backbone(trained("dnn")))
    assert same[:2] == [True, True]  # offset and scale
    assert not any(same[2:])


def test_the_normalisation_may_be_that_of_the_training_part(trained, tmp_path):
    easy, estimator = problem("dnn", n=200), new("dnn", seed=7)
    estimator.start_from(trained("dnn"), StartPlan(keep_normalisation=False))
    estimator.fit(easy.train, easy.validation, plan(tmp_path, training=ONE))
    table = next(easy.train.ordered()).inputs["table"]
    np.testing.assert_allclose(estimator.typical_inputs["table"].offset, np.nanmean(table, axis=0), rtol=1e-4)


def test_a_slow_variable_takes_a_share_of_each_step(tmp_path):
    """With Adam as well, which a factor on the gradient would not slow down."""
    import keras

    fast, slow = keras.Variable([1.0, 2.0]), keras.Variable([1.0, 2.0])
    held = SlowVariables([slow], rate=0.1)
    for _ in range(2):
        optimiser = keras.optimizers.Adam(0.5)
        optimiser.build([fast, slow])
        start, before = fast.numpy(), held.values()
        slow_start = slow.numpy()
        optimiser.apply([np.float32([1, -3]), np.float32([1, -3])], [fast, slow])
        held.hold_back(before)
        np.testing.assert_allclose(slow.numpy() - slow_start, 0.1 * (fast.numpy() - start), rtol=1e-5)


@pytest.mark.parametrize("start", [StartPlan(freeze=True), StartPlan(backbone_rate=0.2)])
def test_interrupted_and_resumed_is_uninterrupted(start, trained, tmp_path):
    class _StoppedError(Exception):
        pass

    def interrupt(epoch):
        if epoch.index == 0:
            raise _StoppedError

    def fit(folder, on_epoch=None):
        easy, estimator = problem("dnn", n=200), new("dnn", seed=7, options={"dropout": 0.3})
        estimator.start_from(trained("dnn"), start)
        history = estimator.fit(easy.train, easy.validation, plan(folder, training=TWO, on_epoch=on_epoch))
        return history, [weight.numpy() for weight in estimator.model.weights]

    whole = fit(tmp_path / "whole")
    with pytest.raises(_StoppedError):
        fit(tmp_path / "parts", interrupt)
    parts = fit(tmp_path / "parts")
    assert whole[0] == parts[0]
    assert all(equal(whole[1], parts[1]))


def test_the_checkpoint_of_another_start_is_refused(trained, tmp_path):
    easy, first, second = problem("dnn", n=200), new("dnn"), new("dnn")
    first.start_from(trained("dnn"), StartPlan())
    first.fit(easy.train, easy.validation, plan(tmp_path, training=ONE))
    with pytest.raises(RunError, match="other options or another dataset"):
        second.fit(easy.train, easy.validation, plan(tmp_path, training=ONE))


def test_another_plan_and_other_weights_are_another_start(trained):
    def fingerprint(other, start):
        model = new("dnn").model
        return start_network(new("dnn").spec, model, other.spec, other.model, start).fingerprint

    found = [
        fingerprint(trained("dnn"), StartPlan()),
        fingerprint(trained("dnn"), StartPlan(freeze=True)),
        fingerprint(new("dnn"), StartPlan()),
    ]
    assert len(set(found)) == 3
    assert fingerprint(trained("dnn"), StartPlan()) == found[0]


def test_a_kept_head_gives_the_same_energies_after_other_targets(tmp_path):
    """The new training part has energies twice as far apart and 100 higher: the constants of the outputs change."""
    easy, learns = problem("dnn", n=200), regression()
    first, second = (new("dnn", seed=seed, learns=learns, options=NO_AVERAGE) for seed in (1, 7))
    (output,) = learns.outputs
    first.model.get_layer(f"{output.name}_in_units").set_constants(500.0, 60.0)
    assert second.start_from(first, StartPlan(freeze=True)) == (output.name,)
    inputs, _ = examples("dnn", 200, seed=1)
    energies = 2 * energy_gev(inputs, seed=1) + 100
    train = source("dnn", inputs, np.zeros(200, int), energy=energies)
    still = ONE.model_copy(update={"optimiser": ONE.optimiser.model_copy(update={"learning_rate": 1e-12})})
    second.fit(train, easy.validation, plan(tmp_path, training=still))
    assert second.model.get_layer(f"{output.name}_in_units").scale.numpy() == pytest.approx(energies.std(), rel=1e-4)
    found, wanted = (np.asarray(each.model(easy.inputs)[output.name]) for each in (second, first))
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "dnn",
            {"width": 8},
            r"layer 2 of the backbone is Dense with weights 4×8 here and Dense with weights 4×16 there; .*"
            r"its options that differ from these: width 16 \(here 8\)",
        ),
        (
            "dnn",
            {"activation": "tanh"},
            r"layer 4 of the backbone, Activation, has activation tanh here and silu there",
        ),
        ("dnn", {"depth": 3}, r"the backbone ends after 7 layers there, and goes on with Dense .* here; .*depth 2"),
        ("cnn", {"first_stride": 2}, r"Conv2D with weights 3×3×2×6, has strides \[2, 2\] here and \[1, 1\] there"),
        ("cvn", {"merge": "concatenation"}, r"is Concatenate here and Maximum there; .*merge maximum"),
    ],
)
def test_what_is_built_otherwise_is_named(name, options, message, trained):
    with pytest.raises(RunError, match=message):
        new(name, options=options).start_from(trained(name), StartPlan())


def test_what_acts_in_training_only_may_differ(trained):
    estimator = new("resnet", options={"dropout": 0.5, "augment": None, "weight_average": 0.0})
    assert estimator.start_from(trained("resnet"), StartPlan()) == ("score",)


def rebuilt(name, arrays):
    return build_estimator(name, SMALL[name], task=new(name).spec.task, arrays=arrays, seed=1)


def test_images_may_be_larger_where_the_weights_fit(trained):
    arrays = {name: replace(spec, shape=(12, 10, 1)) for name, spec in ARRAYS["cvn"].items()}
    larger = rebuilt("cvn", arrays)
    larger.start_from(trained("cvn"), StartPlan())
    assert all(equal(backbone(larger), backbone(trained("cvn"))))


def test_constants_per_pixel_fit_images_of_one_size(trained):
    arrays = {name: replace(s, shape=(11, 9, 2), moments_shape=(11, 9, 2)) for name, s in ARRAYS["cnn"].items()}
    with pytest.raises(RunError, match=r"11×9×2 here and .*9×9×2 there; the options are the same.*normalisation: new"):
        rebuilt("cnn", arrays).start_from(trained("cnn"), StartPlan())
    assert rebuilt("cnn", arrays).start_from(trained("cnn"), StartPlan(keep_normalisation=False)) == ("score",)


def test_inputs_must_mean_the_same(trained):
    table, views = ARRAYS["dnn"]["table"], ARRAYS["cvn"]
    renamed = {"table": replace(table, features=("b", "a", "c", "d"))}
    with pytest.raises(RunError, match="input 'table' holds b, a, c, d here and a, b, c, d there"):
        rebuilt("dnn", renamed).start_from(trained("dnn"), StartPlan())
    with pytest.raises(RunError, match="it reads y, x here and x, y there"):
        rebuilt("cvn", dict(reversed(views.items()))).start_from(trained("cvn"), StartPlan())
    with pytest.raises(RunError, match="it reads x here and x, y there"):
        rebuilt("cvn", {"x": views["x"]}).start_from(trained("cvn"), StartPlan())
    assert rebuilt("cvn", {"u": views["x"], "v": views["y"]}).start_from(trained("cvn"), StartPlan()) == ("score",)


def test_another_estimator_is_refused(trained):
    with pytest.raises(RunError, match="the estimator is 'densenet' here and 'resnet' there: use 'resnet'"):
        new("densenet").start_from(trained("resnet"), StartPlan())
    with pytest.raises(RunError, match="starts from a network, and the other model is BoostedTrees"):
        new("dnn").start_from(new("bdt"), StartPlan())
