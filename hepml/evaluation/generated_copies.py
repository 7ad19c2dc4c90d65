"""Whether generated showers are copies of those that the generator was trained on."""

from __future__ import annotations

import numpy as np

from hepml.contracts import Metric
from hepml.evaluation.case import Case
from hepml.evaluation.memorising import memorising_test
from hepml.evaluation.shower_sample import ShowerSample


def copy_figures(
    train: ShowerSample, truth: ShowerSample, fast: ShowerSample, *, neighbours: int, seed: int
) -> list[Metric]:
    """Return ``copied`` and ``nearer`` of `memorising_test`, on cells over the true energy.

    Parameters
    ----------
    train, truth, fast : ShowerSample
        Training showers, others of full simulation, and what is asked about.
    neighbours : int
        Showers of the latter two whose nearest training shower is looked for, at most.
    seed : int
        Chooses them.
    """
    rng = np.random.default_rng(seed)
    new, made = (each.select(rng.permutation(each.n)[:neighbours]).cells for each in (truth, fast))
    found = memorising_test(train.cells, new, made)
    case = Case(fast.name, "test", member=fast.member)
    return [case.metric("copied", found.copied), case.metric("nearer_to_training", found.nearer)]


def copies_of_truth(train: ShowerSample, truth: ShowerSample, *, neighbours: int, seed: int) -> list[Metric]:
    """Return the same of one half of the truth against the other: the floor."""
    order = np.random.default_rng(seed).permutation(truth.n)
    one, other = truth.select(order[: truth.n // 2]), truth.select(order[truth.n // 2 :])
    return copy_figures(train, one, other, neighbours=neighbours, seed=seed)
