"""How a job ends."""

from __future__ import annotations

DONE = 0
WRONG = 1
"""The input, the recipe or the processor is wrong: trying again will not help."""
PARTIAL = 3
"""Done, but some input had to be left out, where the user allowed it."""
TRANSIENT = 75
"""Something failed that may go well at another time or on another machine."""

FINAL = frozenset({DONE, WRONG, PARTIAL})
"""After these HTCondor does not start the job again."""
