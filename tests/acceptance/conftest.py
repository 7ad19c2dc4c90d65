"""What the acceptance tests share: the command line as a user calls it, and one demo made once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from browser_release import find_browser
from condor_pool import condor_environment
from condor_release import NoPoolError
from playwright.sync_api import Browser, sync_playwright
from unpacked_packages import NotHereError

PROJECT = Path(__file__).resolve().parents[2]


class Cli(Protocol):
    """Call ``hepml`` and return what it printed."""

    def __call__(self, *arguments: str | Path, status: int = 0) -> str: ...


@pytest.fixture(scope="session")
def cli() -> Cli:
    """Return a function that runs ``hepml`` in a process of its own and checks its exit status."""

    def call(*arguments: str | Path, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "hepml", *map(str, arguments)],
            cwd=PROJECT,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == status, f"hepml {' '.join(map(str, arguments))}\n{said}"
        return said

    return call


@pytest.fixture(scope="session")
def demo(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of ``hepml demo jets`` at small size."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    cli("demo", "jets", "-o", folder, "--events", "2000", "--workers", "2")
    return folder


@dataclass(frozen=True)
class Condor:
    """A running HTCondor pool.

    Attributes
    ----------
    environment : mapping of str to str
        What HTCondor's commands need; it is set in this process while the pool runs.
    """

    environment: Mapping[str, str]


@pytest.fixture(scope="session")
def condor_pool() -> Iterator[Condor]:
    """Give a running pool, whose commands this process finds; where there is none, skip the test and say why."""
    with ExitStack() as stack:
        try:
            environment = stack.enter_context(condor_environment())
        except NoPoolError as reason:
            pytest.skip(f"no HTCondor pool: {reason}")
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in environment.items():
            patch.setenv(name, value)
        yield Condor(environment)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a headless Chromium; where there is none, skip the test and say why."""
    try:
        found = find_browser()
    except NotHereError as reason:
        pytest.skip(f"no browser: {reason}")
    environment = dict(os.environ) | ({"LD_LIBRARY_PATH": found.libraries} if found.libraries else {})
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(found.program), env=environment)
        yield started
        started.close()
