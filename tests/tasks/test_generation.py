import pytest

from hepml.errors import RecipeError
from hepml.tasks import TaskContext, build_task


def generation(inputs=("shower", "condition"), **options):
    return build_task("generation", options, TaskContext(("electron", "photon"), inputs))


def test_what_is_given_is_not_learnt_and_there_is_no_output():
    task = generation()
    assert (task.kind, task.outputs, task.conditions) == ("generation", (), ("condition",))
    assert task.options == {"conditions": ["condition"], "energy": "energy_gev"}
    assert (task.spectators, task.target_inputs) == ((), ())


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        (("shower",), {}, r"conditions has 'condition', which the model does not read: .*known: shower"),
        (("condition",), {}, "all inputs of the model, .*, are conditions"),
        (("shower",), {"condition": []}, "did you mean 'conditions'"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs, options, message):
    with pytest.raises(RecipeError, match=message):
        generation(inputs, **options)
