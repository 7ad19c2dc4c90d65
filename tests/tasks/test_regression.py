import pytest

from hepml.contracts import OutputSpec
from hepml.errors import RecipeError
from hepml.tasks import TaskContext, build_task


def regression(**options):
    return build_task("regression", options, TaskContext(("a", "b")))


def test_each_target_is_an_output_of_its_own():
    task = regression(target=["energy_gev", "depth_cm"], loss="huber", huber_delta=2.0)
    assert [output.name for output in task.outputs] == ["energy_gev", "depth_cm"]
    assert task.outputs[0] == OutputSpec(
        "energy_gev",
        1,
        "linear",
        "huber",
        "spectator:energy_gev",
        loss_options={"delta": 2.0, "standardise": True},
    )
    assert task.spectators == ("energy_gev", "depth_cm")
    assert task.options["targets"] == ["energy_gev", "depth_cm"]
    assert task.kind == "regression"


def test_the_defaults_are_one_standardised_target_and_the_squared_error():
    (output,) = regression(target="y").outputs
    assert (output.loss, dict(output.loss_options)) == ("mse", {"standardise": True})
    assert regression(target="y").options["targets"] == ["y"]
    assert not regression(target="y", standardise_target=False).outputs[0].loss_options["standardise"]


def test_it_needs_no_classes():
    assert build_task("regression", {"target": "y"}, TaskContext(())).classes == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "'task.options.target' is missing"),
        ({"target": []}, "name one or more spectators, each once"),
        ({"target": ["y", "y"]}, "each once"),
        ({"target": "y", "loss": "rmse"}, "task.options.loss = 'rmse'"),
        ({"target": "y", "huber_delta": 0}, "greater than 0"),
        ({"targets": "y"}, "did you mean 'target'"),
    ],
)
def test_options_that_do_not_fit_are_named(options, message):
    with pytest.raises(RecipeError, match=message):
        regression(**options)
