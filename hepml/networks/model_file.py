"""Networks as ``.keras`` files: loading runs no code that the file brings."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hepml.errors import RunError
from hepml.networks.keras_import import import_keras

_KERAS_MODULES = frozenset({"keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints"})
_KERAS_OTHERS = frozenset(
    {"keras.DTypePolicy", "keras.src.models.functional.Functional", ".__keras_tensor__", ".__tuple__"}
)


def save_model(model: Any, path: Path) -> None:
    """Write `model` as a ``.keras`` file: architecture, normalisation and weights."""
    with warnings.catch_warnings():
        # Keras calls np.array on TensorFlow's variables, whose __array__ knows no `copy` yet.
        warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
        model.save(path)


def load_model(path: Path) -> Any:
    """Read a ``.keras`` file in safe mode, with Keras's own layers and those of `CUSTOM_OBJECTS`, and no other.

    Raises
    ------
    RunError
        The file is missing, damaged, or names anything else than these layers.
    """
    keras = import_keras()
    from hepml.networks.layers import CUSTOM_OBJECTS

    for module, name in _named(_config(path)):
        ours = name in CUSTOM_OBJECTS and CUSTOM_OBJECTS[name].__module__ == module
        if ours or _of_keras(module, name):
            continue
        msg = (
            f"{path}: the model holds {module}.{name}, which could run foreign code: only layers of Keras and "
            f"{', '.join(CUSTOM_OBJECTS)} are loaded"
        )
        raise RunError(msg)
    try:
        return keras.saving.load_model(path, custom_objects=CUSTOM_OBJECTS, compile=False, safe_mode=True)
    except Exception as problem:  # noqa: BLE001  (Keras raises many types for a damaged file)
        msg = f"{path}: the model cannot be loaded ({_one_line(problem)}): train it again"
    raise RunError(msg)


def _config(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("config.json"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as problem:
        msg = f"{path}: not a complete model file ({_one_line(problem)}): train it again"
    raise RunError(msg)


def _named(config: Any) -> Iterator[tuple[str, str]]:
    """Yield (module, class) of everything that the configuration would make."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield str(config.get("module") or ""), str(config["class_name"])
        for value in config.values():
            yield from _named(value)
    elif isinstance(config, list):
        for value in config:
            yield from _named(value)


def _of_keras(module: str, name: str) -> bool:
    """Whether it is a layer (Lambda runs what the file says), or a part of one, that Keras brings."""
    return (module in _KERAS_MODULES and name != "Lambda") or f"{module}.{name}" in _KERAS_OTHERS


def _one_line(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return text if len(text) <= 200 else text[:199] + "…"
