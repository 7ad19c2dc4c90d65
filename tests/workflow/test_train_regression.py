from __future__ import annotations

import numpy as np
import pytest
import tiny_runs

from hepml import workflow
from hepml.datasets import open_dataset
from hepml.errors import RecipeError
from hepml.inference import load_run, predict_part
from hepml.workflow.check_models import check_models


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """Events without a label, whose y is to be found."""
    folder = tmp_path_factory.mktemp("lines")
    rng = np.random.default_rng(1)
    x = rng.uniform(-2, 2, 800).astype(np.float32)
    y = (1000 + 50 * x + rng.normal(0, 5, 800)).astype(np.float32)
    tiny_runs.write_flat(folder / "all.root", 800, x=x, y=y)
    return tiny_runs.write_project(
        folder,
        inputs={"all": {"files": str(folder / "all.root")}},
        processor={"file": str(tiny_runs.FLAT)},
        event_key=["event"],
        task={"kind": "regression", "options": {"target": "y_spectator"}},
        training={"epochs": 10, "batch_size": 32, "optimiser": {"learning_rate": 0.01}},
        models={
            "linear": {"inputs": ["table"]},
            "bdt": {"inputs": ["table"], "options": {"max_iter": 60, "learning_rate": 0.2, "min_samples_leaf": 5}},
            "dnn": {"inputs": ["table"], "options": {"width": 16, "depth": 1, "dropout": 0.0}},
        },
    )


@pytest.mark.parametrize(("model", "largest_rms"), [("linear", 0.1), ("bdt", 12.0), ("dnn", 12.0)])
def test_a_spectator_is_found_from_the_table_that_holds_it(lines, model, largest_rms):
    """σ of the target is 58, and the table has it as a column: a linear model has only its penalty left."""
    run = load_run(lines.run(model))
    (output,) = run.info.task.outputs
    assert (output.name, output.loss, output.target) == ("y_spectator", "mse", "spectator:y_spectator")
    test = predict_part(run, open_dataset(lines.dataset), "test", recipe=lines.loaded(), spectators=["y_spectator"])
    assert test.outputs["y_spectator"].shape == (test.n, 1)
    residual = test.outputs["y_spectator"][:, 0] - test.spectators["y_spectator"]
    assert np.std(test.spectators["y_spectator"]) > 50
    assert np.sqrt(np.mean(residual**2)) < largest_rms


def test_a_target_that_is_no_spectator_is_named(lines, tmp_path):
    recipe = lines.loaded({"task.options.target": "y_spectatr"})
    with pytest.raises(RecipeError, match=r"names 'y_spectatr', which is no spectator .*: did you mean 'y_spectator'"):
        workflow.train(recipe, lines.dataset, tmp_path, model="linear")


def test_a_loss_that_a_model_cannot_minimise_is_found_before_processing(lines):
    with pytest.raises(RecipeError, match=r"'linear' cannot minimise the loss 'mae': use 'attention' or"):
        check_models(lines.loaded({"task.options.loss": "mae"}))
