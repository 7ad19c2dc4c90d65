"""What follows straight tracks: the line fit, all compatible lines and the network, behind one interface."""

import numpy as np
import pytest
from estimator_problems import TRAINING, plan
from toy_track_problem import ARRAYS, N_LAYERS, N_PIXELS, N_SEEDS, events, source, task

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError, RunError
from hepml.estimators import build_estimator, load_member, save_member
from hepml.estimators.compatible_lines import line_shares
from hepml.estimators.line_fit import follow_line

SMALL = {
    "line_fit": {},
    "compatible_lines": {},
    "line_follower": {"units": 16, "dense": 16, "seed_layers": N_SEEDS, "half_width": 4},
}
every = pytest.mark.parametrize("name", SMALL)
LONGER = TRAINING.model_copy(update={"epochs": 8, "batch_size": 32})


def new(name, **options):
    return build_estimator(name, {**SMALL[name], **options}, task=task(), arrays=ARRAYS, seed=1)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    made = {}

    def get(name):
        if name not in made:
            made[name] = new(name)
            history = made[name].fit(
                source(800, seed=1), source(200, seed=2), plan(tmp_path_factory.mktemp(name), training=LONGER)
            )
            assert {"loss", "validation_loss"} <= set(history[-1].figures)
        return made[name]

    return get


@every
def test_a_distribution_over_pixels_that_mostly_finds_the_track(name, fitted):
    inputs, pixel = events(400, seed=3)
    found = fitted(name).predict(inputs)["next_item"]
    assert found.shape == (400, N_LAYERS, N_PIXELS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=2), 1, atol=1e-5)
    assert (found.argmax(axis=2) == pixel)[:, N_SEEDS:].mean() > 0.75


@every
def test_one_event_depends_on_no_other_and_none_is_allowed(name, fitted):
    inputs, _ = events(30, seed=4)
    whole = fitted(name).predict(inputs)["next_item"]
    alone = fitted(name).predict({"pixels_on": inputs["pixels_on"][7:8]})["next_item"]
    np.testing.assert_array_equal(alone[0], whole[7])
    assert fitted(name).predict({"pixels_on": inputs["pixels_on"][:0]})["next_item"].shape == (0, N_LAYERS, N_PIXELS)


@every
def test_save_and_load(name, fitted, tmp_path):
    inputs, _ = events(20, seed=5)
    save_member(tmp_path / "member", fitted(name), [])
    again = load_member(tmp_path / "member", fitted(name).spec)
    np.testing.assert_array_equal(again.predict(inputs)["next_item"], fitted(name).predict(inputs)["next_item"])


@every
def test_a_layer_knows_of_no_later_one(name, fitted):
    inputs, _ = events(40, seed=6)
    found = fitted(name).predict(inputs)["next_item"]
    for layer in range(N_SEEDS, N_LAYERS):
        changed = inputs["pixels_on"].copy()
        changed[:, layer:] = 1 - changed[:, layer:]
        other = fitted(name).predict({"pixels_on": changed})["next_item"]
        np.testing.assert_array_equal(other[:, :layer], found[:, :layer])


@pytest.mark.parametrize(
    ("name", "options"), [("compatible_lines", {"causal": False}), ("line_follower", {"bidirectional": True})]
)
def test_read_from_both_ends_it_knows_of_all(name, options):
    inputs, _ = events(400, seed=7)
    model = new(name, **options)
    found = model.predict(inputs)["next_item"]
    changed = inputs["pixels_on"].copy()
    changed[:, -1] = 1 - changed[:, -1]
    assert (model.predict({"pixels_on": changed})["next_item"][:, N_SEEDS] != found[:, N_SEEDS]).any()


def test_all_layers_find_more_than_those_before():
    inputs, pixel = events(400, seed=7)
    right = [
        (new("compatible_lines", causal=causal).predict(inputs)["next_item"].argmax(axis=2) == pixel).mean()
        for causal in (True, False)
    ]
    assert right[1] > right[0] + 0.005


def test_the_line_fit_says_how_often_it_is_right(fitted):
    """Where it is sure the probability is that of its own pixel, and by layer it is what was counted."""
    inputs, pixel = events(2000, seed=8)
    on = inputs["pixels_on"][..., 0] > 0
    found = fitted("line_fit").predict(inputs)["next_item"]
    np.testing.assert_array_equal(found.argmax(axis=2), follow_line(on))
    right = (follow_line(on) == pixel).mean(axis=0)
    np.testing.assert_allclose(found.max(axis=2)[0], right, atol=0.05)


def test_compatible_lines_are_their_shares(fitted):
    inputs, _ = events(50, seed=9)
    on = inputs["pixels_on"][..., 0] > 0
    np.testing.assert_array_equal(fitted("compatible_lines").predict(inputs)["next_item"], line_shares(on))
    nothing = {"pixels_on": np.zeros((1, N_LAYERS, N_PIXELS, 1), np.float32)}
    np.testing.assert_allclose(fitted("compatible_lines").predict(nothing)["next_item"], 1 / N_PIXELS)


@every
def test_places_must_be_the_pixels(name):
    with pytest.raises(RecipeError, match="places"):
        build_estimator(name, SMALL[name], task=task(places=9), arrays=ARRAYS, seed=1)


@every
def test_one_map_is_read(name):
    two = {**ARRAYS, "other": ArraySpec((N_LAYERS, N_PIXELS, 1), role="image", moments_shape=(1,))}
    with pytest.raises(RecipeError, match="pixels_on, other"):
        build_estimator(name, SMALL[name], task=task(), arrays=two, seed=1)


def test_damaged_files_are_named(tmp_path):
    model = new("line_fit")
    with pytest.raises(RunError, match="not been fitted"):
        model.predict(events(1, seed=1)[0])
    (tmp_path / "line_fit.json").write_text('{"right": [0.5]}')
    with pytest.raises(RunError, match=r"\(1,\) probabilities for 12 layers"):
        type(model).load(tmp_path, model.spec)
    (tmp_path / "line_fit.json").write_text("{")
    with pytest.raises(RunError, match="missing or damaged"):
        type(model).load(tmp_path, model.spec)
