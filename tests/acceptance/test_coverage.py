"""Stated 68% intervals cover: 2,000 pseudo-experiments each, with and without weights; prints what it finds."""

from __future__ import annotations

import math
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from statistics import NormalDist

import numpy as np
import pytest
from evaluation.toy_scores import gaussian_tail, gaussians, true_auc

from hepml.evaluation import Estimate
from hepml.evaluation.auc import auc_of
from hepml.evaluation.delta_auc import delta_auc_of
from hepml.evaluation.placement import place
from hepml.evaluation.ranking import rank
from hepml.evaluation.rejection import rejection_of
from hepml.evaluation.roc import roc_of
from hepml.evaluation.working_point import working_points

pytestmark = pytest.mark.acceptance

N_EXPERIMENTS, N_BLOCKS = 2000, 8
ONE_SIGMA = 0.6827
SHIFT = 1.5
NOISE, OTHER_NOISE = 1.0, math.sqrt(2)  # of two classifiers that look at the same variable


def _true_values():
    """Of unit Gaussians `SHIFT` apart; the noise of a classifier widens both."""
    values = {"AUC": true_auc(SHIFT)}
    values["ΔAUC"] = true_auc(SHIFT / math.hypot(1, NOISE)) - true_auc(SHIFT / math.hypot(1, OTHER_NOISE))
    for efficiency in (0.5, 0.3):
        values[f"ε_B at {efficiency}"] = gaussian_tail(SHIFT - NormalDist().inv_cdf(efficiency))
        values[f"1/ε_B at {efficiency}"] = 1 / values[f"ε_B at {efficiency}"]
    return values


def _toy(rng, n_signal, n_background, weights):
    """Weights ``"tilted"`` are negative ones times e^(score/2): both classes are 0.5 higher then, and no closer."""
    kind = "negative" if weights == "tilted" else weights
    toy = gaussians(rng, n_signal=n_signal, n_background=n_background, shift=SHIFT, weights=kind)
    return replace(toy, weight=toy.weight * np.exp(0.5 * toy.score)) if weights == "tilted" else toy


def _estimates(rng, n_signal, n_background, weights) -> dict[str, Estimate]:
    toy = _toy(rng, n_signal, n_background, weights)
    ranked = rank(toy.truth, toy.score, sample_weight=toy.weight)
    curve = roc_of(ranked)
    one, other = (
        place(rank(toy.truth, toy.score + sigma * rng.normal(size=len(toy.score)), sample_weight=toy.weight))
        for sigma in (NOISE, OTHER_NOISE)
    )
    estimates = {"AUC": auc_of(ranked), "ΔAUC": delta_auc_of(one, other).estimate}
    for efficiency in (0.5, 0.3):
        points = working_points(curve, [efficiency])
        columns = points.background_efficiency, points.background_efficiency_error
        estimates[f"ε_B at {efficiency}"] = Estimate(*(float(column[0]) for column in columns), "")
        estimates[f"1/ε_B at {efficiency}"] = rejection_of(curve, efficiency)
    return estimates


def _covered(block, *, n_signal, n_background, weights):
    """Count the intervals that hold the true value, in one block of the experiments."""
    rng = np.random.default_rng([n_signal, n_background, *weights.encode(), block])
    truth, covered = _true_values(), Counter()
    for _ in range(N_EXPERIMENTS // N_BLOCKS):
        for name, estimate in _estimates(rng, n_signal, n_background, weights).items():
            covered[name] += int(abs(estimate.value - truth[name]) < estimate.error)
    return covered


@pytest.mark.parametrize(
    ("n_signal", "n_background", "weights"),
    [
        *[(9000, 9000, weights) for weights in ("none", "gamma", "negative", "tilted")],
        *[(1000, 50_000, weights) for weights in ("none", "gamma", "negative")],
    ],
)
def test_one_standard_deviation_covers_68_percent(n_signal, n_background, weights, capsys):
    count = partial(_covered, n_signal=n_signal, n_background=n_background, weights=weights)
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        covered = sum(pool.map(count, range(N_BLOCKS)), Counter())
    shares = {name: covered[name] / N_EXPERIMENTS for name in _true_values()}
    row = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
    with capsys.disabled():
        sys.stdout.write(f"\n{n_signal} signal, {n_background} background, weights {weights}: {row}\n")
    if weights == "tilted":
        # 16 effective background events pass.  The interval of ε_B covers; 1/ε_B is not linear over its error of 24%.
        shares.pop("1/ε_B at 0.3")
    tolerance = 3 * math.sqrt(ONE_SIGMA * (1 - ONE_SIGMA) / N_EXPERIMENTS)
    assert shares == pytest.approx(dict.fromkeys(shares, ONE_SIGMA), abs=tolerance)
