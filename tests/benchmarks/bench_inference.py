"""Runs inside a processor: time of apply against the raw predict of the same model, and memory of a worker."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from measured import Ratio
from toy_dataset import make_recipe, write_files

from hepml import workflow
from hepml.inference import read_run_info

_HERE = Path(__file__).resolve().parent
_EXAMPLE = _HERE.parents[1] / "processors" / "jet_images.py"
_MODELS: Mapping[str, Any] = {
    "cnn": {"inputs": ["image"], "options": {"filters": [8, 16, 32]}, "training": {"epochs": 1}},
    # As many trees as early stopping leaves of the example's.
    "bdt": {"inputs": ["substructure"], "options": {"max_iter": 75}},
}
_CHUNK = {"cnn": 20_000, "bdt": 50_000}
_N_CHUNKS, _LEAST_PAIRS = 3, 7
_MOST_JETS = 40_000
"""In the training."""


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios; the chunks have a fixed number of jets, whatever `n_jets` is."""
    home = folder / "inference"
    runs = _runs(home, n_jets=min(n_jets, _MOST_JETS))
    files = write_files(home / "scored", n_jets=2 * _N_CHUNKS * max(_CHUNK.values()), n_files=2 * _N_CHUNKS)["w"]
    raw = {}
    for name, run in runs.items():
        for backend in ("native", "onnx"):
            found = _worker(run, backend, files[:1], n_jets=_CHUNK[name], n_pairs=max(n_pairs, _LEAST_PAIRS))
            raw[name, backend] = found["raw"]
            yield _apply(run, backend, found, n_jets=_CHUNK[name])
    for name, run in runs.items():
        yield _of_backends(run, raw[name, "onnx"], raw[name, "native"], n_jets=_CHUNK[name])
        yield _memory(run, files)


def _runs(home: Path, *, n_jets: int) -> dict[str, Path]:
    """Return a run of each model, with its ONNX files."""
    recipe = make_recipe(home, write_files(home, n_jets=n_jets), processor=_EXAMPLE)
    processor = recipe.processor.model_copy(update={"options": {"image": {"pixels": 25}}})
    recipe = type(recipe).model_validate(recipe.model_dump() | {"processor": processor, "models": _MODELS})
    workflow.process(recipe, home / "dataset")
    for name in _MODELS:
        workflow.train(recipe, home / "dataset", home / name, model=name)
        workflow.export(home / name)
    return {name: home / name for name in _MODELS}


def _worker(run: Path, backend: str, files: Sequence[Path], *, n_jets: int, n_pairs: int) -> dict[str, float]:
    script, paths = str(_HERE / "scoring_worker.py"), [str(file) for file in files]
    command = [sys.executable, script, str(run), backend, str(n_jets), str(n_pairs), *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _apply(run: Path, backend: str, found: Mapping[str, float], *, n_jets: int) -> Ratio:
    apply, raw = (1e6 * found[name] / n_jets for name in ("apply", "raw"))
    note = f"{apply:.2f} and {raw:.2f} µs per jet"
    what = f"apply to a chunk of {n_jets} jets, {_words(run, backend)}"
    return Ratio(what, "its predict on ready arrays", found["ratio"], 1.1, note=note)


def _of_backends(run: Path, onnx: float, native: float, *, n_jets: int) -> Ratio:
    note = f"{1e6 * onnx / n_jets:.2f} and {1e6 * native / n_jets:.2f} µs per jet"
    return Ratio(f"predict, {_words(run, 'onnx')}", _words(run, "native"), onnx / native, None, note=note)


def _memory(run: Path, files: Sequence[Path]) -> Ratio:
    onnx, native = (
        _worker(run, backend, files, n_jets=_CHUNK["cnn"], n_pairs=0)["peak_mib"] for backend in ("onnx", "native")
    )
    what, note = f"peak memory of a worker, {_words(run, 'onnx')}", f"{onnx:.0f} and {native:.0f} MiB"
    return Ratio(what, _words(run, "native"), onnx / native, None, note=note)


def _words(run: Path, backend: str) -> str:
    """Return model and size, and what applies it."""
    info = read_run_info(run)
    [member] = info.members
    size = f"{member.n_parameters} weights" if info.name == "cnn" else f"{member.n_epochs} trees"
    library = {"cnn": "Keras", "bdt": "scikit-learn"}[info.name] if backend == "native" else "ONNX Runtime"
    return f"{info.name} ({size}) by {library}"
