"""A generating network on disk: constants and weights as plain arrays, which run no code when they are read."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import RunError
from hepml.estimators.shower_features import ShowerConstants
from hepml.io.folder import write_bytes_atomic

_FILE = "generator.npz"


def write_generator(folder: Path, constants: ShowerConstants, weights: Sequence[Any]) -> None:
    """Write ``generator.npz``.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    arrays = dataclasses.asdict(constants) | {f"weight_{i}": variable.numpy() for i, variable in enumerate(weights)}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    write_bytes_atomic(folder / _FILE, content.getvalue())


def read_generator(folder: Path) -> tuple[ShowerConstants, list[NDArray[Any]]]:
    """Return constants and weights; objects are not allowed.

    Raises
    ------
    RunError
        The file is missing or damaged.
    """
    path, names = folder / _FILE, [field.name for field in dataclasses.fields(ShowerConstants)]
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            constants = ShowerConstants(*(stored[name] for name in names))
            return constants, [stored[f"weight_{index}"] for index in range(len(stored.files) - len(names))]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
        msg = f"{path}: the generator cannot be loaded ({' '.join(str(problem).split())}): train again"
        raise RunError(msg) from None


def assign_weights(variables: Sequence[Any], weights: Sequence[NDArray[Any]], folder: Path) -> None:
    """Give variables the weights of a file.

    Raises
    ------
    RunError
        They are those of another network.
    """
    wanted, found = [tuple(v.shape) for v in variables], [w.shape for w in weights]
    if wanted != found:
        msg = (
            f"{folder / _FILE}: it holds {len(found)} arrays of weights that do not fit the {len(wanted)} of the run's "
            "options: files of different runs are mixed; train again"
        )
        raise RunError(msg)
    for variable, weight in zip(variables, weights, strict=True):
        variable.assign(weight)
