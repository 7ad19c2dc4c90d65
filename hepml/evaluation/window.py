"""Selections by spectators: the main figures once more where it is hard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import RecipeError, nearest

Window = Mapping[str, tuple[float, float]]
"""Spectator → [low, high)."""


def window_mask(spectators: Mapping[str, NDArray[Any]], window: Window) -> NDArray[np.bool_]:
    """Return which events are inside every interval ``[low, high)`` of the window; NaN is outside.

    Parameters
    ----------
    spectators : mapping of str to array, each shape (n,)
        Columns by name.
    window : mapping of str to (low, high)
        At least one spectator.

    Raises
    ------
    RecipeError
        The window is empty, names an unknown spectator or has low ≥ high.

    Examples
    --------
    >>> window_mask({"jet_mass_gev": np.array([60.0, 65.0, 95.0])}, {"jet_mass_gev": (65.0, 95.0)}).tolist()
    [False, True, False]
    """
    masks = []
    for name, (low, high) in window.items():
        if name not in spectators:
            msg = f"a window of the evaluation cuts on {name!r}, which is no spectator: {nearest(name, spectators)}"
            raise RecipeError(msg)
        if not low < high:
            msg = f"a window of the evaluation has {name!r} from {low:g} to {high:g}: give the lower end first"
            raise RecipeError(msg)
        masks.append((spectators[name] >= low) & (spectators[name] < high))
    if not masks:
        msg = "a window of the evaluation cuts on nothing: give it at least one spectator with [low, high]"
        raise RecipeError(msg)
    return np.logical_and.reduce(masks)


def describe_window(name: str, window: Window) -> str:
    """Return the text that stands for a window in `Metric.selection`.

    Examples
    --------
    >>> describe_window("w_mass", {"jet_mass_gev": (65.0, 95.0)})
    'w_mass: 65 <= jet_mass_gev < 95'
    """
    return f"{name}: " + ", ".join(f"{low:g} <= {column} < {high:g}" for column, (low, high) in window.items())
