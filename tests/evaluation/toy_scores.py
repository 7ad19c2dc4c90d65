"""Toy scores with known truth: signal and background are unit Gaussians, `shift` apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from hepml.contracts import Predictions
from hepml.tasks import TaskContext, build_task


@dataclass(frozen=True)
class Toy:
    truth: np.ndarray
    score: np.ndarray
    weight: np.ndarray | None


def gaussians(rng, *, n_signal, n_background, shift, weights="none"):
    truth = np.arange(n_signal + n_background) < n_signal
    score = rng.normal(size=len(truth)) + shift * truth
    return Toy(truth, score, draw_weights(rng, len(truth), weights))


def draw_weights(rng, n, kind):
    """Weights that are independent of the score, so that true AUCs and efficiencies stay what they are."""
    if kind == "none":
        return None
    if kind == "gamma":  # N_eff = N/2
        return rng.gamma(1.0, size=n)
    if kind == "negative":  # one event in five is negative: N_eff = 0.36 N
        return np.where(rng.random(n) < 0.2, -1.0, 1.0)
    raise ValueError(kind)


def true_auc(shift):
    return 0.5 * (1 + erf(shift / 2))


def predictions(
    label,
    score,
    *,
    weight=None,
    run="cnn",
    part="test",
    classes=("w", "qcd"),
    signal="w",
    members=None,
    spectators=None,
):
    """Predictions of a classification; `score` has shape (n,) for two classes or (n, n_classes)."""
    n = len(label)
    column = lambda values: np.asarray(values, dtype=np.float32).reshape(n, -1)  # noqa: E731
    return Predictions(
        run=run,
        part=part,
        task=build_task("classification", {"signal": signal}, TaskContext(tuple(classes))),
        outputs={"score": column(score)},
        label=np.asarray(label, dtype=np.int32),
        weight=np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64),
        spectators=spectators or {},
        row=np.arange(n),
        members={name: {"score": column(values)} for name, values in (members or {}).items()},
    )


def jets(rng, *, n=600, run="cnn", part="test", shift=1.0, weights="none", n_members=3):
    """Predictions of two classes by three seeds and their average, with a mass that the score does not follow."""
    label = np.arange(n) % 2  # 0 is w, the signal
    raw = rng.normal(size=n) + shift * (label == 0)
    members = {f"seed{k}": 1 / (1 + np.exp(-raw - 0.3 * rng.normal(size=n))) for k in range(1, n_members + 1)}
    return predictions(
        label,
        np.mean(list(members.values()), axis=0),
        weight=draw_weights(rng, n, weights),
        run=run,
        part=part,
        members=members,
        spectators={"jet_mass_gev": rng.uniform(40.0, 120.0, size=n)},
    )


def find(metrics, name, **where):
    """The one metric with this name and these attributes; member and selection are None unless given."""
    where = {"member": None, "selection": None, "weights": "physics", "part": "test"} | where
    found = [m for m in metrics if m.name == name and all(getattr(m, key) == value for key, value in where.items())]
    assert len(found) == 1, found
    return found[0]


def gaussian_tail(x):
    """Probability of a unit Gaussian above `x`."""
    return 0.5 * (1 - erf(x / sqrt(2)))
