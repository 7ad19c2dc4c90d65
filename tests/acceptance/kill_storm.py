"""kill -9 at random times, and the same command again: the result is that of a command which nobody has killed.

    python tests/acceptance/kill_storm.py --kills 100 --seed 1

Real command lines with real worker processes.  The moment of a kill is uniform over the time that the command takes by
itself, from the start of its interpreter to its end; where there is nobody to kill then, another moment is drawn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from rich.console import Console
from rich.table import Table
from storm_kills import NOBODY, Kill, Scenario, Storm
from storm_outputs import PHASES
from storm_ways import TURNS

VERBS = ("process", "process", "process", "predict")
"""Which verb's turn it is."""


def in_turn(only: str) -> Iterator[Scenario]:
    """Yield the scenarios whose name holds `only`, for ever, and those of each verb equally often."""
    scenarios = {verb: [Scenario(verb, way) for way in ways] for verb, ways in TURNS.items()}
    chosen = {verb: [found for found in of_verb if only in found.name] for verb, of_verb in scenarios.items()}
    endless = {verb: cycle(of_verb) for verb, of_verb in chosen.items() if of_verb}
    for verb in cycle([verb for verb in VERBS if verb in endless]):
        yield next(endless[verb])


def table(kills: Sequence[Kill]) -> Table:
    """Return the number of kills by scenario and phase, and what came of them."""
    shown = Table(title="Who was killed, and how far the output was")
    phases = [*PHASES, *([NOBODY] if any(kill.phase == NOBODY for kill in kills) else [])]
    for heading in ("scenario", "kills", *phases, "too early", "too late", "exit status", "wrong"):
        shown.add_column(heading, justify="left" if heading in {"scenario", "exit status"} else "right")
    for name in dict.fromkeys(kill.scenario.name for kill in sorted(kills, key=_place)):
        shown.add_row(name, *_cells([kill for kill in kills if kill.scenario.name == name], phases))
    shown.add_section()
    shown.add_row("all", *_cells(kills, phases))
    return shown


def _place(kill: Kill) -> tuple[int, int]:
    return list(TURNS).index(kill.scenario.verb), TURNS["process"].index(kill.scenario.way)


def _cells(kills: Sequence[Kill], phases: Sequence[str]) -> list[str]:
    """Return a row: as many kills in each phase, so many moments drawn in vain, and how the commands ended."""
    counts = Counter(kill.phase for kill in kills)
    statuses = Counter(str(kill.status) for kill in kills)
    return [
        str(len(kills)),
        *(str(counts[phase]) for phase in phases),
        str(sum(kill.n_early for kill in kills)),
        str(sum(kill.n_late for kill in kills)),
        ", ".join(f"{status}: {n}" for status, n in sorted(statuses.items())),
        str(sum(bool(kill.problems) for kill in kills)),
    ]


def summary(kills: Sequence[Kill], seconds: float) -> str:
    """Return all in one line."""
    counts = Counter(kill.phase for kill in kills)
    phases = ", ".join(f"{counts[phase]} {phase}" for phase in (*PHASES, NOBODY) if counts[phase])
    n_again = sum(kill.n_early + kill.n_late for kill in kills)
    n_wrong = sum(bool(kill.problems) for kill in kills)
    result = f"{n_wrong} WRONG" if n_wrong else "no entry lost, none twice"
    return f"{len(kills)} kills ({phases}; {n_again} moments drawn again) in {seconds / 60:.1f} min: {result}"


def main() -> int:
    """Kill, print, and return the exit status: 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="of moments and victims (default: 1)")
    parser.add_argument("--only", default="", metavar="WORDS", help="the scenarios whose name holds this")
    parser.add_argument("--folder", type=Path, help="new folder to work in, which stays; default: a temporary one")
    chosen = parser.parse_args()
    scenarios = list(islice(in_turn(chosen.only), chosen.kills))
    if not scenarios:
        names = "\n".join(Scenario(verb, way).name for verb, ways in TURNS.items() for way in ways)
        parser.error(f"no kill, or no scenario that holds {chosen.only!r}; there are:\n{names}")
    started = time.monotonic()
    console = Console(width=160)
    kills = []
    with ExitStack() as stack:
        folder = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kill_storm_")))
        folder.mkdir(parents=True, exist_ok=chosen.folder is None)
        storm = Storm(folder.resolve(), np.random.default_rng(chosen.seed))
        stack.callback(storm.close)
        storm.prepare()
        for number, scenario in enumerate(scenarios, start=1):
            kills.append(storm.strike(scenario))
            console.print(f"{number}/{len(scenarios)} {kills[-1]}", markup=False, highlight=False, soft_wrap=True)
    wrong = [kill for kill in kills if kill.problems]
    for kill in wrong:
        console.print(f"\n{kill}\n{kill.said}", markup=False, highlight=False, soft_wrap=True)
    console.print(table(kills))
    console.print(summary(kills, time.monotonic() - started), highlight=False, soft_wrap=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
