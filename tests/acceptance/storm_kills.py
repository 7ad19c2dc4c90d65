"""One kill after the other: the victim, the moment, and what the same command makes of it when it is run again."""

from __future__ import annotations

import os
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from storm_outputs import FILES, N_CHUNKS, PROJECT, Dataset, Friends, Output, write_inputs
from storm_processes import Command, DaskCluster
from storm_ways import Way, goes_on

DRAWS = 50
"""So often a moment is drawn for one kill; if there is never anybody to kill, something is wrong."""

SPAN_KILLS = 20
"""After so many kills it is measured again how long commands take: a shared machine may be busier by then."""

NOBODY = "nobody there"
"""The phase of a kill that did not come about."""


class StormError(Exception):
    """Something is wrong before anybody is killed."""


@dataclass(frozen=True)
class Scenario:
    """A way to be killed while a verb is at work."""

    verb: str
    way: Way

    @property
    def name(self) -> str:
        """Verb, place and victim."""
        return f"{self.verb}, {self.way.place}: {self.way.victim}"


@dataclass
class Kill:
    """One kill and what came of it.

    Attributes
    ----------
    scenario : Scenario
        Who was killed, while what was made.
    span : float
        How long the command takes by itself, in seconds.
    seconds : float
        When it was, after the start of the command.
    phase, n_done : str, int
        How far the output was.
    status : int, optional
        Exit status of the command that was hit.
    n_early, n_late : int
        How often another moment was drawn because the victim was not there yet, or had ended.
    problems : list of str
        Whatever is not as it should be.
    said : str
        What the commands wrote to stderr.
    """

    scenario: Scenario
    span: float
    seconds: float = 0.0
    phase: str = NOBODY
    n_done: int = 0
    status: int | None = None
    n_early: int = 0
    n_late: int = 0
    problems: list[str] = field(default_factory=list)
    said: str = ""

    def __str__(self) -> str:
        """Return it in one line."""
        where = f"{self.phase}, {self.n_done} of {N_CHUNKS} chunks" if self.phase == "processing" else self.phase
        result = "; ".join(self.problems) or "ok"
        return f"{self.scenario.name} at {self.seconds:.2f} of {self.span:.1f} s ({where}): {result}"


class Storm:
    """Kills, one after the other, in one working folder.

    Parameters
    ----------
    folder : Path
        Takes inputs, references, and whatever commands make; what is left of a kill with problems stays.
    rng : Generator
        Draws moments, and one of several victims.
    """

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        self._folder, self._rng = folder, rng
        self._outputs: dict[str, Output] = {}
        self._spans: dict[tuple[str, str], float] = {}
        self._n_kills = 0
        self._command: Command | None = None
        self._n_commands = 0
        self._cluster = DaskCluster(folder / "cluster")

    def prepare(self) -> None:
        """Make what everything is compared with, uninterrupted and on one core.

        Raises
        ------
        StormError
            A command fails.
        """
        recipe = write_inputs(self._folder)
        dataset = Dataset(recipe, self._folder / "dataset")
        self._do(dataset.arguments(dataset.reference))
        run = self._folder / "run"
        self._do(["train", str(recipe), str(dataset.reference), "-o", str(run)])
        friends = Friends(run, tuple(self._folder / name for name in FILES), self._folder / "friends")
        self._do(friends.arguments(friends.reference))
        self._outputs = {output.verb: output for output in (dataset, friends)}

    def strike(self, scenario: Scenario) -> Kill:
        """Kill somebody while a command is at work, run the same command again, and compare.

        Raises
        ------
        StormError
            The command does not do what it should with nobody killed.
        """
        if self._n_kills % SPAN_KILLS == 0:
            self._spans.clear()
        self._n_kills += 1
        kill = Kill(scenario, self._span(scenario))
        folder = self._folder / f"killed_{self._n_kills}"
        for _ in range(DRAWS):
            command = self._start(scenario, folder)
            if self._hit(kill, command, folder):
                self._aftermath(kill, command, folder)
                break
            command.kill_all()
            shutil.rmtree(folder, ignore_errors=True)
        else:
            kill.phase = NOBODY
            kill.problems.append(f"nobody to kill at {DRAWS} moments")
        if not kill.problems:
            shutil.rmtree(folder)
        return kill

    def close(self) -> None:
        """Kill whatever still runs."""
        if self._command is not None:
            self._command.kill_all()
        self._cluster.stop()

    def _span(self, scenario: Scenario) -> float:
        """Return how long a command takes by itself; measured, and its result compared, when asked for.

        The workers of a running cluster import what they need once: the second command is like those that follow.
        """
        key = scenario.verb, scenario.way.place
        if key not in self._spans:
            for _ in range(2 if scenario.way.on_cluster else 1):
                self._spans[key] = self._whole(scenario)
        return self._spans[key]

    def _whole(self, scenario: Scenario) -> float:
        """Let a command do its work, compare the result, and return how long it took."""
        folder = self._folder / f"whole_{self._n_commands}"
        command = self._start(scenario, folder)
        problems = goes_on(command)
        seconds = command.seconds
        problems += self._faults(scenario, command, folder)
        if problems:
            msg = f"{scenario.name}, with nobody killed: {'; '.join(problems)}\n{command.said}"
            raise StormError(msg)
        shutil.rmtree(folder)
        return seconds

    def _hit(self, kill: Kill, command: Command, folder: Path) -> bool:
        """Draw a moment, wait for it and kill; where there is nobody to kill, count why and return False."""
        kill.seconds = self._rng.uniform(0, kill.span)
        time.sleep(max(0.0, kill.seconds - command.seconds))
        victims = kill.scenario.way.find(command, self._cluster) if command.status is None else ()
        kill.phase, kill.n_done = self._outputs[kill.scenario.verb].phase(folder)
        if victims and _killed(int(self._rng.choice(victims)), command):
            return True
        if command.status is None and not kill.n_done:
            kill.n_early += 1
        else:
            kill.n_late += 1
        return False

    def _aftermath(self, kill: Kill, command: Command, folder: Path) -> None:
        """Take down what is wrong with the end of the command that was hit, and with the result of the next."""
        kill.problems += kill.scenario.way.end(command)
        kill.problems += [f"still running: {line}" for line in command.others()]
        kill.status = command.status
        command.kill_all()
        again = self._start(kill.scenario, folder)
        kill.problems += [f"again: {problem}" for problem in goes_on(again)]
        kill.problems += self._faults(kill.scenario, again, folder)
        kill.said = f"killed:\n{command.said}\nagain:\n{again.said}"

    def _faults(self, scenario: Scenario, command: Command, folder: Path) -> list[str]:
        """Return what is wrong with what a command leaves when it has ended."""
        problems = [f"still running: {line}" for line in command.others()]
        command.kill_all()
        try:
            return [*problems, *self._outputs[scenario.verb].differences(folder)]
        except Exception as problem:  # whatever damaged files may raise
            return [*problems, f"not to be compared: {problem!r}"]

    def _start(self, scenario: Scenario, folder: Path) -> Command:
        """Start a command that makes a folder; where it needs a cluster, on a whole one."""
        if scenario.way.on_cluster:
            self._cluster.ensure()
        options = [option.format(scheduler=self._cluster.address) for option in scenario.way.options]
        return self._hepml([*self._outputs[scenario.verb].arguments(folder), *options])

    def _do(self, arguments: list[str]) -> None:
        """Run a command that nobody kills."""
        command = self._hepml(arguments)
        if command.wait() != 0:
            msg = f"hepml {' '.join(arguments)}: ended with status {command.status}\n{command.said}"
            raise StormError(msg)

    def _hepml(self, arguments: list[str]) -> Command:
        self._n_commands += 1
        errors = self._folder / f"stderr_{self._n_commands}.txt"
        self._command = Command(["hepml", *arguments], folder=PROJECT, errors=errors)
        return self._command


def _killed(victim: int, command: Command) -> bool:
    """Kill a process with signal 9; return False if it was faster."""
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return victim != command.pid or command.wait() == -signal.SIGKILL
