"""The task with an output per item: its outputs, and what it refuses."""

import pytest

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError
from hepml.estimators import model_spec
from hepml.tasks import TaskContext, build_task

ARRAYS = {
    "hits": ArraySpec((9, 3), role="sequence", features=("r [cm]", "phi [rad]", "z [cm]"), moments_shape=(3,)),
    "hits_mask": ArraySpec((9,), dtype="bool", role="mask"),
    "truth": ArraySpec((9, 1), role="sequence", features=("pixel [1]",), moments_shape=(1,)),
    "image": ArraySpec((9, 9, 1), role="image"),
}
CONTEXT = TaskContext((), ("hits",), ARRAYS)


def build(**options):
    return build_task("next_item", options, CONTEXT)


def test_normal_distribution_of_some_features():
    [output] = build(target="hits", features=["z [cm]", "phi"]).outputs
    assert (output.shape, output.target_shape, output.combine) == ((9, 5), (9, 2), "moments")
    assert output.loss_options["features"] == (2, 1)
    assert output.loss_options["feature_names"] == ("z [cm]", "phi [rad]")
    assert output.target == "input:hits"


def test_places():
    task = build(target="truth", kind="pixels", places=50, ahead=0, seed_items=5)
    [output] = task.outputs
    assert (output.shape, output.target_shape, output.judged_shape) == ((9, 50), (9, 1), (9, 2))
    assert task.target_inputs == ("truth",)
    assert task.per_item


def test_as_far_as_the_recipe_alone_can_tell():
    task = build_task("next_item", {"target": "hits", "features": ["phi", "z"]}, TaskContext((), ("hits",)))
    assert task.outputs[0].shape == (0, 5)
    assert task.per_item


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "hitz"}, "target is 'hitz'.*hits"),
        ({"target": "image"}, "which is a image and has no items"),
        ({"target": "hits", "features": ["zz"]}, "no feature 'zz'"),
        ({"target": "hits", "kind": "pixels", "places": 5}, "say in task.options.feature which is the place"),
        ({"target": "hits", "places": 5}, "give `places` for kind: pixels"),
        ({"target": "hits", "kind": "pixels", "places": 5, "features": ["z"]}, "the one `feature`"),
        ({"target": "hits", "features": ["z", "z"]}, "each feature once"),
        ({"target": "hits", "ahead": -1}, "ahead"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(RecipeError, match=message):
        build(**options)


def test_lengths_must_agree():
    other = TaskContext((), ("hits",), ARRAYS | {"hits": ArraySpec((7, 3), role="sequence")})
    with pytest.raises(RecipeError, match="reads 'hits' of 7 items and the target 'truth' has 9"):
        build_task("next_item", {"target": "truth"}, other)


def test_who_can_learn_it():
    arrays = {name: ARRAYS[name] for name in ("hits", "hits_mask")}
    ahead, here = build(target="hits"), build(target="hits", ahead=0)
    with pytest.raises(RecipeError, match=r"'pfn' cannot learn a next_item task: use .*'lstm'"):
        model_spec("pfn", {}, task=ahead, arrays=arrays, seed=1)
    with pytest.raises(RecipeError, match=r"bidirectional.*would read the items ahead that it is to predict"):
        model_spec("lstm", {"bidirectional": True}, task=ahead, arrays=arrays, seed=1)
    assert model_spec("lstm", {"bidirectional": True}, task=here, arrays=arrays, seed=1).task is here
