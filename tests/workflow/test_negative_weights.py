"""A sample with negative weights, trained on under each policy, against the same generator without negative weights.

Events of weight −1 are most frequent where the classes overlap, and more events of weight 1 make up for them there: the
signed density is the truth, the density of events is not.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest
import tiny_runs

from hepml import workflow
from hepml.datasets import open_dataset
from hepml.errors import RunError
from hepml.estimators import estimator_class
from hepml.evaluation import roc_auc_score
from hepml.inference import load_run, predict_part

POLICIES = ("keep", "drop", "abs", "rebalance")
MODELS = {
    "linear": {},
    "bdt": {"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 8},
    "xgboost": {"max_iter": 60, "learning_rate": 0.1, "max_depth": 3},
    "dnn": {"width": 32, "depth": 2, "dropout": 0.0},
}
SHIFT = {"signal": 0.6, "background": -0.6}
BEST_AUC = 0.8019  # Φ(1.2 / √2): the classes are unit normals at a distance of 1.2
N_TRUTH = 20_000
LARGEST_SHARE = 0.315
"""Of negative weights, at x = 0: a fifth of all."""


def truth(name, n, rng):
    return rng.normal(SHIFT[name], 1, n), rng.normal(0, 1, n)


def signed(name, n, rng):
    """Return x, y and weights ±1 whose signed density is that of `truth`."""
    x, y = truth(name, 4 * n, rng)
    share = LARGEST_SHARE * np.exp(-(x**2))  # of negative weights: events are 1 / (1 − 2 share) times as many
    taken = np.flatnonzero(rng.random(4 * n) < (1 - 2 * LARGEST_SHARE) / (1 - 2 * share))[:n]
    return x[taken], y[taken], np.where(rng.random(len(taken)) < share[taken], -1.0, 1.0)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    rng = np.random.default_rng(1)
    for index, name in enumerate(SHIFT):
        x, y, weight = signed(name, 9000, rng)
        columns = {"x": x.astype(np.float32), "y": y.astype(np.float32), "weight": weight.astype(np.float32)}
        tiny_runs.write_flat(folder / f"{name}.root", len(x), first_event=index * 9000, **columns)
    return tiny_runs.write_project(
        folder,
        inputs={name: {"files": str(folder / f"{name}.root"), "label": name} for name in SHIFT},
        processor={"file": str(tiny_runs.FLAT)},
        event_key=["event"],
        split={"parts": {"train": 30, "validation": 10, "test": 60}},
        training={"epochs": 6, "batch_size": 128},
        models={name: {"inputs": ["table"], "options": options} for name, options in MODELS.items()},
    )


def aucs(project, model, policy):
    """Return the AUC of the test part with its signed weights, without their sign, and of the truth."""
    recipe = project.loaded({"weights.negative": policy})
    run = load_run(project.run(model, weights__negative=policy))
    test = predict_part(run, open_dataset(project.dataset), "test", recipe=recipe)
    score, is_signal = test.outputs["score"][:, 0], test.label == 0
    rng = np.random.default_rng(3)
    x, y = np.concatenate([truth(name, N_TRUTH, rng) for name in SHIFT], axis=1).astype(np.float32)
    of_truth = run.models["seed1"].predict({"table": np.stack([x, y], axis=1)})["score"][:, 0]
    return (
        roc_auc_score(is_signal, score, sample_weight=test.weight),
        roc_auc_score(is_signal, score, sample_weight=np.abs(test.weight)),
        roc_auc_score(np.arange(2 * N_TRUTH) < N_TRUTH, of_truth),
    )


def test_a_fifth_of_the_weights_is_negative(project):
    counts = open_dataset(project.dataset).manifest.inputs[0].counts
    share = (1 - counts.sum_w.sum() / counts.n.sum()) / 2
    assert share == pytest.approx(0.2, abs=0.015)


def test_the_test_auc_is_that_of_the_truth_under_every_policy(project, capsys):
    lines, pulls, unsigned = [], {}, {}
    for policy in POLICIES:
        for model in MODELS:
            if policy == "keep" and not estimator_class(model).negative_weights:
                lines.append(f"{policy:10} {model:8} refused")
                continue
            found, without_sign, true = aucs(project, model, policy)
            lines.append(
                f"{policy:10} {model:8} {found.value:.4f} ± {found.error:.4f}   {true.value:.4f} ± {true.error:.4f}"
                f"   {without_sign.value:.4f}"
            )
            pulls[policy, model] = (found.value - true.value) / np.hypot(found.error, true.error)
            unsigned[policy, model] = (without_sign.value - true.value) / np.hypot(without_sign.error, true.error)
            assert BEST_AUC - 0.02 < true.value < BEST_AUC + 0.01
    head = f"\n{'policy':10} {'model':8} test, signed      truth             test, |w|"
    with capsys.disabled():
        sys.stdout.write("\n".join([head, *lines, ""]))
    assert max(np.abs(list(pulls.values()))) < 3
    # The sample would show it: without the signs every AUC is far from the truth.
    assert max(unsigned.values()) < -5


@pytest.mark.parametrize("model", [name for name in MODELS if not estimator_class(name).negative_weights])
def test_keep_is_refused_where_negative_weights_cannot_be_used(project, model, tmp_path):
    recipe = project.loaded({"weights.negative": "keep"})
    with pytest.raises(RunError, match=rf"'{model}' cannot be fitted with negative weights, .* drop, abs or rebalance"):
        workflow.train(recipe, project.dataset, tmp_path, model=model)
