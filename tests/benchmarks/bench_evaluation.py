"""Figures of merit of many events: ROC and AUC against scikit-learn's curve, a bootstrap against one evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measured import Ratio, paired
from sklearn.metrics import roc_curve as sklearn_roc_curve

from hepml.evaluation import bootstrap_auc, roc_auc_score
from hepml.evaluation.auc import auc_of
from hepml.evaluation.ranking import rank
from hepml.evaluation.roc import roc_of

N_ROC, N_BOOTSTRAP = 10_000_000, 1_000_000


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios; they are of a fixed number of events, whatever `n_jets` is."""
    yield _roc(n_pairs)
    yield _bootstrap(n_pairs)


def _roc(n_pairs: int) -> Ratio:
    truth, score, weight = _events(N_ROC)

    def ours() -> None:
        ranked = rank(truth, score, sample_weight=weight)
        roc_of(ranked)
        auc_of(ranked)

    def theirs() -> None:
        sklearn_roc_curve(truth, score, sample_weight=weight)

    ours()
    theirs()
    ratio, one, other = paired(ours, theirs, n_pairs=n_pairs)
    note = f"{one:.2f} and {other:.2f} s"
    return Ratio("weighted ROC + AUC with error, 10⁷ events", "sklearn's roc_curve", ratio, 1.0, note=note)


def _bootstrap(n_pairs: int) -> Ratio:
    truth, score, weight = _events(N_BOOTSTRAP)
    rng = np.random.default_rng(2)

    def bootstrap() -> None:
        bootstrap_auc(truth, score, sample_weight=weight, rng=rng, n_replicas=100)

    def once() -> None:
        roc_auc_score(truth, score, sample_weight=weight)

    bootstrap_auc(truth, score, rng=rng, n_replicas=2)
    once()
    ratio, many, one = paired(bootstrap, once, n_pairs=n_pairs)
    note = f"{many:.2f} and {one:.3f} s"
    return Ratio("100 bootstrap replicas of AUC, 10⁶ events", "one AUC with error", ratio, 40.0, aim="15", note=note)


def _events(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    truth = rng.random(n) < 0.5
    return truth, rng.normal(size=n) + truth, rng.gamma(1.0, size=n)
