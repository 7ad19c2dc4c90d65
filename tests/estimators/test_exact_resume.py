"""Interrupted + resumed = uninterrupted, bit for bit, with dropout, augmentation and averaged weights on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from estimator_problems import TRAINING, new, plan, problem

from hepml.errors import RunError
from hepml.estimators.checkpoint import CheckpointWarning

RANDOM = {
    "cnn": {
        "dropout": 0.3,
        "augment": {"reflect": True, "rotation_deg": 10.0, "shift_pixels": 1.0},
        "weight_average": 0.9,
    },
    "cvn": {"dropout": 0.3, "weight_average": 0.9},
    "dnn": {"dropout": 0.3, "weight_average": 0.9, "l2": 1e-4},
    "lstm": {"dropout": 0.3, "layers": 2, "bidirectional": True, "weight_average": 0.9},
}
PLATEAU = TRAINING.model_copy(
    update={"schedule": TRAINING.schedule.model_copy(update={"kind": "plateau", "patience": 1})}
)
networks = pytest.mark.parametrize("name", ["cnn", "dnn"])


class _InterruptedError(Exception):
    """What the test throws between two epochs."""


def stop_after(epoch):
    def on_epoch(done):
        if done.index == epoch:
            raise _InterruptedError

    return on_epoch


def fit(name, folder, *, training=TRAINING, on_epoch=None):
    easy, estimator = problem(name, n=300), new(name, options=RANDOM[name])
    history = estimator.fit(easy.train, easy.validation, plan(folder, training=training, on_epoch=on_epoch))
    return estimator, history, estimator.predict(easy.inputs)["score"]


def same(first, second):
    np.testing.assert_array_equal(first[2], second[2])
    assert first[1] == second[1]
    for a, b in zip(first[0].model.weights, second[0].model.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize(
    ("name", "training"),
    [("cnn", TRAINING), ("cvn", TRAINING), ("dnn", TRAINING), ("dnn", PLATEAU), ("lstm", TRAINING)],
)
def test_interrupted_and_resumed_is_uninterrupted(name, training, tmp_path):
    whole = fit(name, tmp_path / "whole", training=training)
    for epoch in (0, 3):
        with pytest.raises(_InterruptedError):
            fit(name, tmp_path / "parts", training=training, on_epoch=stop_after(epoch))
    same(whole, fit(name, tmp_path / "parts", training=training))


def test_a_killed_process_goes_on_in_another(tmp_path):
    code = (
        "import os, signal, sys; sys.path[:0] = sys.argv[2:]\n"
        "import test_exact_resume as t; from pathlib import Path\n"
        "t.fit('cnn', Path(sys.argv[1]), on_epoch=lambda e: e.index == 2 and os.kill(os.getpid(), signal.SIGKILL))"
    )
    here = Path(__file__).parent
    paths = [str(here), str(here.parent), *(p for p in sys.path if p)]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "killed"), *paths], capture_output=True, check=False, env=os.environ
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    same(fit("cnn", tmp_path / "whole"), fit("cnn", tmp_path / "killed"))


@networks
def test_a_finished_fit_is_not_repeated(name, tmp_path):
    first = fit(name, tmp_path)
    epochs = []
    second = fit(name, tmp_path, on_epoch=lambda epoch: epochs.append(epoch.index))
    same(first, second)
    assert epochs == list(range(TRAINING.epochs))
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.json", "epoch-00006.npz"}


def test_the_best_epoch_survives_a_resumed_training_that_gets_worse(tmp_path):
    """A rate that explodes after warm-up: the best epoch is an early one, before and after the interruption."""
    rough = TRAINING.model_copy(
        update={
            "optimiser": TRAINING.optimiser.model_copy(update={"learning_rate": 3.0}),
            "schedule": TRAINING.schedule.model_copy(update={"kind": "constant", "warmup_epochs": 6}),
        }
    )
    whole = fit("dnn", tmp_path / "whole", training=rough)
    losses = [epoch.figures["validation_loss"] for epoch in whole[1]]
    best = int(np.argmin(losses))
    assert best < len(losses) - 1
    with pytest.raises(_InterruptedError):
        fit("dnn", tmp_path / "parts", training=rough, on_epoch=stop_after(best))
    resumed = fit("dnn", tmp_path / "parts", training=rough)
    same(whole, resumed)
    easy = problem("dnn", n=300)
    label = np.concatenate([batch.label for batch in easy.validation.ordered()])
    inputs = {"table": np.concatenate([batch.inputs["table"] for batch in easy.validation.ordered()])}
    score = resumed[0].predict(inputs)["score"][:, 0].astype(float)
    probability = np.clip(np.where(label == 0, score, 1 - score), 1e-7, 1)
    assert -np.log(probability).mean() == pytest.approx(losses[best], rel=1e-3)


@pytest.mark.parametrize("damage", ["arrays", "arrays missing", "json"])
def test_a_damaged_checkpoint_starts_anew_and_says_so(damage, tmp_path):
    whole = fit("dnn", tmp_path / "whole")
    with pytest.raises(_InterruptedError):
        fit("dnn", tmp_path / "parts", on_epoch=stop_after(2))
    arrays = next((tmp_path / "parts").glob("epoch-*.npz"))
    if damage == "arrays":
        content = bytearray(arrays.read_bytes())
        content[len(content) // 2] ^= 1
        arrays.write_bytes(content)
    elif damage == "arrays missing":
        arrays.unlink()
    else:
        (tmp_path / "parts" / "checkpoint.json").write_text('{"format": 1', encoding="utf-8")
    with pytest.warns(CheckpointWarning, match="damaged.*starts anew"):
        again = fit("dnn", tmp_path / "parts")
    same(whole, again)


def test_the_checkpoint_of_another_fit_is_refused(tmp_path):
    fit("dnn", tmp_path)
    longer = TRAINING.model_copy(update={"epochs": 9})
    with pytest.raises(RunError, match="other options or another dataset"):
        fit("dnn", tmp_path, training=longer)
