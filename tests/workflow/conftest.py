from __future__ import annotations

from pathlib import Path

import pytest
import tiny_runs


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


@pytest.fixture(scope="session")
def views(base: Path) -> tiny_runs.Project:
    return tiny_runs.views(base)


@pytest.fixture(scope="session")
def numbers(base: Path) -> tiny_runs.Project:
    return tiny_runs.numbers(base)


@pytest.fixture(scope="session")
def objects(base: Path) -> tiny_runs.Project:
    return tiny_runs.objects(base)
