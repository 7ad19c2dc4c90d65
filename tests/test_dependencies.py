"""setup.py names what the code imports."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def canonical(name: str) -> str:
    """Return the name of a distribution as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, top-level package) of each absolute import below `folder`."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            yield from ((str(path.relative_to(ROOT)), name.partition(".")[0]) for name in names)


def declared() -> set[str]:
    """Return all requirements of the installed hepml, extras too."""
    return {canonical(re.match(r"[A-Za-z0-9_.-]+", line)[0]) for line in metadata.requires("hepml")}


def test_every_import_is_declared():
    """Nothing works only because another package happens to bring it."""
    providers = metadata.packages_distributions()
    local = {"hepml"} | {path.stem for path in (ROOT / "tests").rglob("*")}
    missing = [
        f"{file}: {name}"
        for folder in ("hepml", "processors", "tests")
        for file, name in imported(ROOT / folder)
        if name not in sys.stdlib_module_names | local
        and not declared() & {canonical(provider) for provider in providers.get(name, [])}
    ]
    assert missing == []


def test_every_requirement_is_explained():
    """CONTRIBUTING says of each requirement why it is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    explained = {canonical(name) for name in re.findall(r"`([A-Za-z0-9_.-]+)`", text)}
    assert declared() <= explained
