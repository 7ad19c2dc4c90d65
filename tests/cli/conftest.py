from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import tiny_runs

from hepml.cli import main


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the projects that test files share."""
    return tmp_path_factory.getbasetemp() / "projects"


@pytest.fixture(scope="session")
def flat(base: Path) -> tiny_runs.Project:
    return tiny_runs.flat(base)


@pytest.fixture(scope="session")
def jets(base: Path) -> tiny_runs.Project:
    return tiny_runs.jets(base)


@pytest.fixture
def project(tmp_path):
    """Return a project of its own for a test: 300 signal and 300 background entries, no dataset yet."""
    for index, name in enumerate(("signal", "background")):
        tiny_runs.write_flat(tmp_path / f"{name}.root", 300, seed=index, shift=index, first_event=index * 300)
    return tiny_runs.write_project(
        tmp_path,
        inputs={name: {"files": str(tmp_path / f"{name}.root"), "label": name} for name in ("signal", "background")},
        processor={"file": str(tiny_runs.FLAT)},
        event_key=["event"],
        training={"epochs": 1},
        models={"trees": tiny_runs.TREES, "dense": {"estimator": "dnn", "inputs": ["table"]}},
    )


@dataclass(frozen=True)
class Done:
    """What a command left: exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that a refused command writes to stderr."""
        assert self.status == 1, (self.status, self.err)
        assert "Traceback" not in self.err
        assert len(self.err.splitlines()) == 1, self.err
        assert self.err.startswith("hepml: error: ")
        return self.err.removeprefix("hepml: error: ").strip()

    @property
    def left_out(self) -> list[str]:
        """The lines about what a command that ended with status 3 had to leave out."""
        assert self.status == 3, (self.status, self.err)
        return [line.removeprefix("hepml: left out: ") for line in self.err.splitlines() if "left out" in line]


@pytest.fixture
def hepml(monkeypatch, capfd) -> Callable[..., Done]:
    """Return a function that runs the command line in this process, as the console script does."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["hepml", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(ended.value.code, *capfd.readouterr())

    return run
