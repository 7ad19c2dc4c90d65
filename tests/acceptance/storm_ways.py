"""The ways in which the storm kills: where the work is done, who is killed, and how the command may end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from storm_processes import Command, DaskCluster


@dataclass(frozen=True)
class Way:
    """A row of the table of ways to be killed.

    Attributes
    ----------
    place, options : str, tuple of str
        Where the work is done, and how the command line says so; ``{scheduler}`` stands for the cluster's address.
    victim : str
        Who is killed, in words.
    find : callable
        Returns the process ids of those who may be killed now.
    end : callable
        Waits for the end of the command and returns what is wrong with it.
    on_cluster : bool
        Whether a running Dask cluster is needed.
    """

    place: str
    options: tuple[str, ...]
    victim: str
    find: Callable[[Command, DaskCluster], Sequence[int]]
    end: Callable[[Command], list[str]]
    on_cluster: bool = False


def goes_on(command: Command) -> list[str]:
    """Return what is wrong with a command that should do its work without a word."""
    status = command.wait()
    problems = [] if status == 0 else [f"ended with status {status}"]
    return [*problems, "wrote to stderr"] if command.said else problems


def _dies(command: Command) -> list[str]:
    """Return what is wrong with the command that was killed: nothing can be."""
    command.wait()
    return []


def _says_why(command: Command) -> list[str]:
    """Return what is wrong with a command that cannot go on, unless no chunk was left to do."""
    status = command.wait()
    if status == 0:
        return goes_on(command)
    problems = [] if status == 1 else [f"ended with status {status}"]
    one_line = command.said.startswith("hepml: error: ") and command.said.count("\n") == 1
    return problems if one_line else [*problems, "does not say in one line why"]


def _itself(command: Command, cluster: DaskCluster) -> list[int]:
    return [command.pid]


def _own_worker(command: Command, cluster: DaskCluster) -> list[int]:
    return command.workers()


def _cluster_worker(command: Command, cluster: DaskCluster) -> list[int]:
    return cluster.workers()


def _scheduler(command: Command, cluster: DaskCluster) -> list[int]:
    return cluster.scheduler()


_FUTURES = ("--workers", "2")
_LOCAL = ("--executor", "dask", "--workers", "2")
_RUNNING = ("--scheduler", "{scheduler}")

WAYS = (
    Way("iterative", (), "main", _itself, _dies),
    Way("futures", _FUTURES, "worker", _own_worker, goes_on),
    Way("futures", _FUTURES, "main", _itself, _dies),
    Way("local Dask", _LOCAL, "worker", _own_worker, goes_on),
    Way("local Dask", _LOCAL, "main", _itself, _dies),
    Way("running Dask", _RUNNING, "scheduler", _scheduler, _says_why, on_cluster=True),
    Way("running Dask", _RUNNING, "worker", _cluster_worker, goes_on, on_cluster=True),
    Way("running Dask", _RUNNING, "client", _itself, _dies, on_cluster=True),
)
"""All ways to be killed; another executor or another victim is another row."""

TURNS: Mapping[str, tuple[Way, ...]] = {"process": WAYS, "predict": WAYS[::-1]}
"""The ways of each verb, in their order; few kills of `predict` begin with what is hardest."""
