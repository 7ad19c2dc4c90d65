"""Several outputs at once: what they are, and which recipes make no sense."""

import numpy as np
import pytest

from hepml.errors import RecipeError
from hepml.tasks import TaskContext, build_task

FLAVOURS = ("nc", "numu", "nue")


def multitask(classes=FLAVOURS, **options):
    return build_task("multitask", options, TaskContext(classes))


def test_each_output_has_its_target_loss_and_share():
    task = multitask(
        counts={"n_proton": {"most": 2}},
        categories={"interaction": {"codes": {1: "qe", 4: "dis"}, "weight": 0.5}},
        targets={"nu_energy_gev": {"relative": True, "loss": "mae", "weight": 2}},
    )
    found = [(o.name, o.size, o.activation, o.loss, o.target, o.loss_weight) for o in task.outputs]
    assert found == [
        ("score", 3, "softmax", "categorical_crossentropy", "label", 1.0),
        ("n_proton", 3, "softmax", "categorical_crossentropy", "codes:n_proton", 0.25),
        ("interaction", 2, "softmax", "categorical_crossentropy", "codes:interaction", 0.5),
        ("nu_energy_gev", 1, "linear", "relative_mae", "spectator:nu_energy_gev", 2.0),
    ]
    assert task.outputs[1].classes == ("0", "1", "2_or_more")
    assert task.outputs[2].classes == ("qe", "dis")
    assert set(task.spectators) == {"n_proton", "interaction", "nu_energy_gev"}
    assert (task.kind, task.classes) == ("multitask", FLAVOURS)


def test_numbers_become_classes_and_what_is_none_of_them_does_not_count():
    count, category = multitask(
        counts={"n_pion": {"most": 1}}, categories={"mode": {"codes": {10: "a", 12: "b"}}}
    ).outputs[1:]
    values = np.array([0.0, 1.0, 5.0, 10.0, 11.0, 12.0, np.nan])
    assert count.class_of_codes(values).tolist() == [0, 1, 1, 1, 1, 1, -1]
    assert category.class_of_codes(values).tolist() == [-1, -1, -1, 0, -1, 1, -1]


def test_the_label_may_be_left_out_and_two_classes_have_one_score():
    assert [o.name for o in multitask(label_weight=0, targets={"e": {}}).outputs] == ["e"]
    task = multitask(("signal", "background"), label_weight=3, counts={"n": {}})
    assert (task.outputs[0].size, task.outputs[0].loss_weight, task.signal) == (1, 3, "signal")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label_weight": 0}, "a multitask has no output: set label_weight above 0"),
        ({"counts": {"n": {}}, "targets": {"n": {}}}, "name each spectator once"),
        ({"targets": {"score": {}}}, "none of them 'score'"),
        ({"categories": {"mode": {"codes": {1: "only"}}}}, "at least 2 items"),
        ({"categories": {"mode": {"codes": {1: "a b", 2: "c"}}}}, "should match pattern"),
        ({"counts": {"n": {"moost": 3}}}, "did you mean 'most'"),
    ],
)
def test_options_that_do_not_fit_are_named(options, message):
    with pytest.raises(RecipeError, match=message):
        multitask(**options)


def test_an_error_names_the_place_in_the_recipe():
    with pytest.raises(RecipeError, match=r"models\.bdt\.task\.kind is 'regresion': did you mean 'regression'"):
        build_task("regresion", {}, TaskContext(FLAVOURS), path="models.bdt.task")
