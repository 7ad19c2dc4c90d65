"""The order of row groups: each once, and any stretch in proportion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hepml.datasets.row_groups import RowGroup, epoch_order


def _groups(shards):
    """Return the row groups of shards given as (input, rows of each group)."""
    groups, first = [], 0
    for number, (name, sizes) in enumerate(shards):
        for index, n_rows in enumerate(sizes):
            groups.append(RowGroup(Path(f"{number}.parquet"), name, number, index, first, n_rows))
            first += n_rows
    return groups


LARGE = [("a", [4096] * 25), ("a", [4096] * 12 + [17]), ("b", [4096] * 50), ("b", [300])]
SMALL = [("a", [n]) for n in range(50, 850, 10)] + [("b", [1000])] * 40


@pytest.mark.parametrize("shards", [LARGE, SMALL, [("a", [5])], []])
def test_each_group_once(shards):
    groups = _groups(shards)
    order = epoch_order(groups, np.random.default_rng(1))
    assert sorted(order.tolist()) == list(range(len(groups)))


def test_same_generator_same_order():
    groups = _groups(LARGE)
    orders = [epoch_order(groups, np.random.default_rng(seed)).tolist() for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("shards", [LARGE, SMALL])
@pytest.mark.parametrize("seed", range(5))
def test_inputs_advance_together(shards, seed):
    """At any moment each input has delivered the same fraction of its rows, to within one group of it."""
    groups = _groups(shards)
    done = {name: 0.0 for name, _ in shards}
    total = {name: sum(sum(sizes) for other, sizes in shards if other == name) for name in done}
    largest = {name: max(max(sizes) for other, sizes in shards if other == name) for name in done}
    for i in epoch_order(groups, np.random.default_rng(seed)):
        done[groups[i].input] += groups[i].n_rows
        fraction = {name: done[name] / total[name] for name in done}
        assert abs(fraction["a"] - fraction["b"]) <= 1.001 * sum(largest[name] / total[name] for name in done)


def test_shards_of_an_input_advance_together():
    """A shard of 25 groups has 4 to 6 of them in any fifth of the epoch, but for what its neighbours shift."""
    groups = _groups([("a", [4096] * 25)] * 4)
    for seed in range(5):
        order = epoch_order(groups, np.random.default_rng(seed))
        for stretch in order.reshape(5, 20):
            in_stretch = np.bincount([groups[i].shard for i in stretch], minlength=4)
            assert in_stretch.min() >= 3
            assert in_stretch.max() <= 7


def test_groups_of_a_shard_come_in_random_order():
    groups = _groups([("a", [100] * 50)])
    place = np.argsort([epoch_order(groups, np.random.default_rng(seed)) for seed in range(200)], axis=1)
    np.testing.assert_allclose(place.mean(axis=0), 24.5, atol=5)
