"""Cutting a sample into blocks of work whose events depend on the seed alone, not on who makes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepml.errors import RecipeError

SEED_RANGE = 900_000_000
"""Generator seeds are 1 to this number, the range of Pythia's generator."""


@dataclass(frozen=True)
class Block:
    """One piece of work.

    Attributes
    ----------
    process : str
        What is made: ``"w"``, ….
    run : int
        Run number of its events, fixed per process.
    index : int
        Number of the block within the process, from 0; its events have lumi ``index + 1``.
    first_event : int
        Event number of its first accepted example, counted from 1 within the process.
    n : int
        Accepted examples to make.
    seed : int
        Seed of its random generator.
    """

    process: str
    run: int
    index: int
    first_event: int
    n: int
    seed: int


def check_request(*, events: int, n_processes: int, seed: int, workers: int) -> None:
    """Check what was asked for.

    Raises
    ------
    RecipeError
        Too few events, a negative seed, or no worker.
    """
    rules = (
        ("events", events, n_processes, "one for each process"),
        ("seed", seed, 0, "seeds are whole numbers from 0"),
        ("workers", workers, 1, "somebody must do the work"),
    )
    for name, value, lowest, reason in rules:
        if value < lowest:
            msg = f"{name} is {value}: give {lowest} or more ({reason})"
            raise RecipeError(msg)


def share(events: int, n_processes: int) -> list[int]:
    """Return how many of `events` each process makes: equal, the first ones one more where it does not divide.

    Examples
    --------
    >>> share(10, 3)
    [4, 3, 3]
    """
    return [events // n_processes + (i < events % n_processes) for i in range(n_processes)]


def plan_blocks(process: str, *, run: int, events: int, block_size: int, seed: int) -> list[Block]:
    """Cut the `events` of one process into blocks of `block_size`.

    Block b has seed base + b, base drawn from (seed, run): no two blocks of a process share a seed, the processes do
    not depend on one another, and a sample with more events begins with those of a smaller one.

    Examples
    --------
    >>> [(block.index, block.first_event, block.n) for block in plan_blocks("w", run=1, events=5, block_size=2, seed=1)]
    [(0, 1, 2), (1, 3, 2), (2, 5, 1)]
    """
    base = int(np.random.SeedSequence([seed, run]).generate_state(1)[0])
    return [
        Block(process, run, index, start + 1, min(block_size, events - start), 1 + (base + index) % SEED_RANGE)
        for index, start in enumerate(range(0, events, block_size))
    ]
