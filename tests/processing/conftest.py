"""Toy ROOT files, a processor file and recipes for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import uproot
from toy_jets import write_toy_jets

from hepml.recipe import Recipe

JETS_TABLE = Path(__file__).with_name("jets_table.py")
N_W, N_QCD = 300, 200


@pytest.fixture(scope="session")
def toy_files(tmp_path_factory) -> dict[str, Path]:
    """Return files of 300 W jets (a tenth with weight −1) and 200 QCD jets."""
    folder = tmp_path_factory.mktemp("toy")
    return {
        "w": write_toy_jets(folder / "w.root", N_W, seed=1, kind="w", negative_fraction=0.1),
        "qcd": write_toy_jets(folder / "qcd.root", N_QCD, seed=1, kind="qcd"),
    }


@pytest.fixture(scope="session")
def jets_table() -> Path:
    """Return the processor file of these tests."""
    return JETS_TABLE


@pytest.fixture(scope="session")
def make_recipe() -> Callable[..., Recipe]:
    """Return a function that makes a recipe of files by input name."""

    def make(
        files: dict[str, Path | Sequence[Path]],
        *,
        processor: Path = JETS_TABLE,
        options: dict[str, Any] | None = None,
        chunk_size: int = 100,
        **changes: Any,
    ) -> Recipe:
        lists = {name: [value] if isinstance(value, Path) else list(value) for name, value in files.items()}
        process = {"chunk_size": chunk_size, "retries": 1, **changes.pop("process", {})}
        inputs = {name: {"files": [str(path) for path in paths], "label": name} for name, paths in lists.items()}
        for name, extra in changes.pop("inputs", {}).items():
            inputs[name] |= extra
        values = {"processor": {"file": str(processor), "options": options or {}}, "process": process, "inputs": inputs}
        return Recipe.model_validate(values | changes)

    return make


@pytest.fixture
def edited(tmp_path) -> Callable[..., Path]:
    """Return a function that writes the processor file with one piece of text replaced."""

    def edit(old: str, new: str, *, name: str = "edited.py") -> Path:
        text = JETS_TABLE.read_text()
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new))
        return tmp_path / name

    return edit


@pytest.fixture(scope="session")
def break_basket() -> Callable[..., Path]:
    """Return a function that copies a file and spoils the first basket of one branch."""

    def spoil(source: Path, target: Path, *, branch: str = "part_pt") -> Path:
        with uproot.open(source) as file:
            seek = int(file["Events"][branch].member("fBasketSeek")[0])
        content = bytearray(source.read_bytes())
        content[seek + 120 : seek + 420] = b"\x55" * 300
        target.write_bytes(content)
        return target

    return spoil
