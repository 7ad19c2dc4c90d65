"""A recurrent network that predicts the next item with its covariance."""

import numpy as np
import pytest
from estimator_problems import TRAINING, plan
from memory_source import MemorySource

from hepml.contracts import ArraySpec
from hepml.estimators import build_estimator, load_member, save_member
from hepml.inference.apply import average
from hepml.tasks import TaskContext, build_task

LENGTH = 8
ARRAYS = {
    "walk": ArraySpec((LENGTH, 2), role="sequence", features=("time", "place [cm]"), moments_shape=(2,)),
    "walk_mask": ArraySpec((LENGTH,), dtype="bool", role="mask"),
}
STEP_CM = 20.0
"""σ of a step; the first place has σ 100 cm around 500 cm."""


def walks(n, *, seed):
    """Return random walks of 2 to 8 steps: the best prediction is where they are, with the σ of a step."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, STEP_CM, (n, LENGTH))
    steps[:, 0] = rng.normal(500, 100, n)
    time = np.broadcast_to(np.arange(LENGTH), (n, LENGTH))
    mask = np.arange(LENGTH) < rng.integers(2, LENGTH + 1, n)[:, None]
    values = np.stack([time, steps.cumsum(axis=1)], axis=-1)
    values[~mask] = 7
    return {"walk": values.astype(np.float32), "walk_mask": mask}


def source(n, *, seed):
    return MemorySource(ARRAYS, walks(n, seed=seed), np.zeros(n))


def new(seed=1):
    task = build_task("next_item", {"target": "walk", "features": ["place"]}, TaskContext((), ("walk",), ARRAYS))
    options = {"cell": "gru", "units": 12, "dense": [], "dropout": 0.0}
    return build_estimator("lstm", options, task=task, arrays=ARRAYS, seed=seed)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    estimator = new()
    training = TRAINING.model_copy(update={"epochs": 12, "batch_size": 40})
    train, validation = source(1200, seed=1), source(200, seed=2)
    estimator.fit(train, validation, plan(tmp_path_factory.mktemp("fit"), training=training))
    return estimator


def test_it_learns_a_random_walk(fitted):
    unseen = walks(500, seed=3)
    found = fitted.predict(unseen)["next_item"].astype(float)
    there = unseen["walk_mask"][:, 1:]
    residual = (found[:, :-1, 0] - unseen["walk"][:, 1:, 1])[there]
    pull = residual / np.sqrt(found[:, :-1, 1])[there]
    assert residual.std() < 1.25 * STEP_CM
    assert pull.std() == pytest.approx(1, abs=0.12)


def test_save_and_load(fitted, tmp_path):
    save_member(tmp_path / "member", fitted, [])
    again = load_member(tmp_path / "member", fitted.spec)
    unseen = walks(20, seed=4)
    np.testing.assert_array_equal(again.predict(unseen)["next_item"], fitted.predict(unseen)["next_item"])


def test_seeds_that_disagree_know_less(fitted):
    """The variance of the average is the mean of variances and that of the means."""
    unseen = walks(20, seed=5)
    one, other = fitted.predict(unseen), new(seed=2).predict(unseen)
    both = average(fitted.spec.task, {"seed1": one, "seed2": other})["next_item"]
    means, variances = (np.stack([each["next_item"][..., k] for each in (one, other)]) for k in (0, 1))
    np.testing.assert_allclose(both[..., 0], means.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(both[..., 1], variances.mean(axis=0) + means.var(axis=0), rtol=1e-4)
