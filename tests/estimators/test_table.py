import subprocess
import sys

import numpy as np
import pytest
from estimator_problems import IMAGE, TABLE, VIEWS, examples, new, task

from hepml.contracts import TaskSpec
from hepml.errors import RecipeError
from hepml.estimators import estimator_class, model_spec


def test_an_unknown_estimator_shows_the_nearest():
    with pytest.raises(RecipeError, match=r"models\.x: there is no estimator 'cn': did you mean 'cvn' or 'cnn'"):
        model_spec("cn", {}, task=task(), arrays=IMAGE, seed=1, path="models.x.options")


@pytest.mark.parametrize(
    ("name", "arrays", "message"),
    [
        (
            "cnn",
            TABLE,
            "reads images and input 'table' has role 'table': use 'bdt' or 'dnn' or 'likelihood' or 'linear' or",
        ),
        ("dnn", IMAGE, "reads tables and input 'image' has role 'image': use 'bdt' or 'cnn' or 'cvn' or 'densenet' or"),
        ("dnn", {}, "has no input"),
    ],
)
def test_an_input_that_it_cannot_read_names_the_remedy(name, arrays, message):
    with pytest.raises(RecipeError, match=message):
        model_spec(name, {}, task=task(), arrays=arrays, seed=1)


def test_a_task_that_it_cannot_learn_names_the_remedy():
    with pytest.raises(RecipeError, match="'bdt' cannot learn a generation task: use "):
        model_spec("bdt", {}, task=TaskSpec("generation", ()), arrays=TABLE, seed=1)


def test_validating_options_imports_no_framework():
    code = (
        "import sys; from hepml.estimators import ESTIMATORS, estimator_class\n"
        "for name in ESTIMATORS: estimator_class(name).Options()\n"
        "print(sorted({'tensorflow', 'keras', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_class_says_whether_it_takes_negative_weights():
    assert estimator_class("cnn").negative_weights
    assert not estimator_class("bdt").negative_weights


def test_a_network_reads_the_views_that_are_named():
    """Its own answer is that of the view alone: the other may be anything, or missing."""
    spec = model_spec("resnet", {"views": ["y"]}, task=task(), arrays=VIEWS, seed=1)
    assert list(spec.arrays) == ["y"]
    assert list(model_spec("resnet", {}, task=task(), arrays=VIEWS, seed=1).arrays) == ["x", "y"]
    network = new("resnet", options={"views": ["y"]})
    inputs, _ = examples("resnet", 20, seed=1)
    found = network.predict(inputs)["score"]
    np.testing.assert_array_equal(network.predict({"y": inputs["y"]})["score"], found)
    assert np.ptp(found) > 0


def test_a_view_that_is_none_names_those_that_are():
    arrays = {f"map_{name}": spec for name, spec in VIEWS.items()}
    assert list(model_spec("cvn", {"views": ["x"]}, task=task(), arrays=arrays, seed=1).arrays) == ["map_x"]
    with pytest.raises(RecipeError, match=r"models\.m\.options\.views: there is no view 'z' in map_x, map_y: .*x"):
        model_spec("cvn", {"views": ["z"]}, task=task(), arrays=arrays, seed=1, path="models.m.options")
