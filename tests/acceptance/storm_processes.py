"""Real processes for the storm of kills: command lines, a Dask cluster, and which of them are alive."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from distributed import Client

WORKER_MARKS = ("loky.backend.popen_loky_posix", "multiprocessing.spawn")
"""What the command line of a worker holds: of the executor futures, and of Dask."""

HANG_SECONDS = 180
"""After this time something is taken to hang."""

ORPHAN_SECONDS = 30
"""So long the workers of a killed command may take to notice."""

_VARIABLE = "HEPML_STORM"


class Command:
    """A running ``python -m …``; a word in their environment tells its processes from all others, even when it is dead.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``python -m``.
    folder : Path
        Where it runs.
    errors : Path
        File that its standard error goes to.
    """

    def __init__(self, arguments: Sequence[str], *, folder: Path, errors: Path) -> None:
        self.started = time.monotonic()
        self._errors, self._word = errors, uuid.uuid4().hex
        with errors.open("w") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=folder,
                env=os.environ | {_VARIABLE: self._word},
                start_new_session=True,  # Control-C is for the storm alone
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stream,
            )

    @property
    def pid(self) -> int:
        """Process id of the command."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status, negative for a signal; None while the command runs."""
        return self._process.poll()

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.started

    @property
    def said(self) -> str:
        """What the command and its workers have written to standard error."""
        return self._errors.read_text()

    def wait(self) -> int | None:
        """Wait for the end and return the exit status; None where it hangs."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(HANG_SECONDS)
        return None

    def workers(self) -> list[int]:
        """Return the process ids of the workers that are alive."""
        return [process.pid for process in self._others() if _is_worker(process)]

    def others(self) -> list[str]:
        """Wait until no process is left but the command itself, and return the command lines of those that stay."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while self._others() and time.monotonic() < deadline:
            time.sleep(0.05)
        return [_command_line(process) for process in self._others()]

    def kill_all(self) -> None:
        """Kill the command and all its processes, and wait until they are gone."""
        self._process.kill()
        self._process.wait()
        while left := self._others():
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.02)

    def _others(self) -> list[psutil.Process]:
        """Return the processes that the command has started, and those that they have."""
        return [process for process in psutil.process_iter() if process.pid != self.pid and self._owns(process)]

    def _owns(self, process: psutil.Process) -> bool:
        """Return whether a process is of this command and does something: one nobody has waited for does not."""
        try:
            return process.environ().get(_VARIABLE) == self._word and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, OSError):  # it has ended, or belongs to somebody else
            return False


class DaskCluster:
    """``dask scheduler`` and ``dask worker`` with two worker processes, as a user starts them.

    Parameters
    ----------
    folder : Path
        Where they run and write what they say; hepml is installed there, the processor file is not.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.address = f"tcp://127.0.0.1:{_free_port()}"
        self._folder = folder
        self._scheduler: Command | None = None
        self._nanny: Command | None = None

    def scheduler(self) -> list[int]:
        """Return the process id of the scheduler."""
        return [] if self._scheduler is None else [self._scheduler.pid]

    def workers(self) -> list[int]:
        """Return the process ids of the workers; Dask's nanny, their parent, replaces one that dies."""
        return [] if self._nanny is None else self._nanny.workers()

    def ensure(self) -> None:
        """Start what is not running, at the same address, and wait until both workers are there."""
        if any(command is None or command.status is not None for command in (self._scheduler, self._nanny)):
            self.stop()
            port = self.address.rpartition(":")[2]
            where = ["--host", "127.0.0.1", "--no-dashboard"]
            self._scheduler = self._start("scheduler", *where, "--port", port)
            self._nanny = self._start("worker", self.address, *where, "--nworkers", "2", "--nthreads", "1")
        with Client(self.address, timeout=HANG_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=HANG_SECONDS)

    def stop(self) -> None:
        """Kill the workers and the scheduler."""
        for command in (self._nanny, self._scheduler):
            if command is not None:
                command.kill_all()

    def _start(self, *arguments: str) -> Command:
        return Command(["dask", *arguments], folder=self._folder, errors=self._folder / f"{arguments[0]}.txt")


def _is_worker(process: psutil.Process) -> bool:
    return any(mark in _command_line(process) for mark in WORKER_MARKS)


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _free_port() -> int:
    """Return a port below those that the system gives away by itself, so that a new scheduler can have it again."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    msg = "no port is free for a scheduler"
    raise RuntimeError(msg)
