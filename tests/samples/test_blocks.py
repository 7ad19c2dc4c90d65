"""Blocks: the same whoever makes them."""

import pytest

from hepml.errors import RecipeError
from hepml.samples.blocks import SEED_RANGE, check_request, plan_blocks, share


def test_blocks_cover_the_events_once():
    blocks = plan_blocks("w", run=1, events=1203, block_size=500, seed=1)
    numbers = [n for block in blocks for n in range(block.first_event, block.first_event + block.n)]
    assert numbers == list(range(1, 1204))


def test_a_larger_sample_begins_with_the_blocks_of_a_smaller_one():
    small = plan_blocks("w", run=1, events=1000, block_size=500, seed=1)
    assert plan_blocks("w", run=1, events=5000, block_size=500, seed=1)[:2] == small


def test_seeds_differ_between_blocks_processes_and_samples():
    plans = [plan_blocks("x", run=run, events=100, block_size=1, seed=seed) for run in (1, 2, 3) for seed in range(5)]
    seeds = [block.seed for plan in plans for block in plan]
    assert len(set(seeds)) == 3 * 5 * 100
    assert min(seeds) >= 1
    assert max(seeds) <= SEED_RANGE


@pytest.mark.parametrize(("events", "shares"), [(10, [5, 5]), (11, [6, 5]), (2, [1, 1])])
def test_classes_are_equal(events, shares):
    assert share(events, 2) == shares


@pytest.mark.parametrize("wrong", [{"events": 1}, {"seed": -1}, {"workers": 0}])
def test_impossible_requests_name_the_number(wrong):
    request = {"events": 2, "n_processes": 2, "seed": 0, "workers": 1} | wrong
    (name, value) = next(iter(wrong.items()))
    with pytest.raises(RecipeError, match=f"{name} is {value}: give"):
        check_request(**request)
