"""Heat maps from the slopes of a network: as they are, and summed on the way from empty maps to the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError, RunError
from hepml.explain.heat_map import Explained, HeatMap, Inputs, checked_inputs, heat_maps, image_arrays, rows_at_once

STEPS = 64
"""Places between empty maps and the event at which slopes are taken, by default."""


def input_gradients(
    explained: Explained, inputs: Inputs, arrays: Mapping[str, ArraySpec], which: NDArray[np.int64]
) -> list[HeatMap]:
    """Return by how much a class's logit rises with each pixel, per unit of it; summed over its channels.

    K. Simonyan et al., arXiv:1312.6034.  Empty pixels have a slope as well: what a hit there would do.

    Parameters
    ----------
    explained : Explained
        A network.
    inputs : mapping of str to array, shape (n, …)
        Of the events, as the model takes them.
    arrays : mapping of str to ArraySpec
        What they are; those of role ``"image"`` have heat maps.
    which : array of int64, shape (n,)
        Index in ``explained.names`` for each event.

    Raises
    ------
    RunError
        The model has no slopes.
    ShapeError
        Inputs that do not fit, or no image.
    """
    gradients, images = _gradients(explained), image_arrays(arrays)
    given, n = checked_inputs(inputs, arrays)
    maps = {name: np.zeros((n, *spec.shape[:2])) for name, spec in images.items()}
    size = rows_at_once(arrays)
    for start in range(0, n, size):
        piece = slice(start, start + size)
        slopes = gradients({name: array[piece] for name, array in given.items()}, which[piece])
        for name, view in maps.items():
            view[piece] = slopes[name].sum(axis=-1, dtype=np.float64)
    return heat_maps("input_gradients", explained, given, images, which, maps)


def integrated_gradients(
    explained: Explained,
    inputs: Inputs,
    arrays: Mapping[str, ArraySpec],
    which: NDArray[np.int64],
    *,
    steps: int = STEPS,
) -> list[HeatMap]:
    """Return what each pixel adds to a class's logit on the straight way from empty maps to the event.

    M. Sundararajan et al., arXiv:1703.01365: pixel times the mean slope on the way, so that all pixels together are the
    logit of the event less that of empty maps, but for the finite number of steps; `HeatMap.residual` is what is left.
    Inputs that are no images stay as they are.  The steps are those of Gauss and Legendre in the root of the way: most
    happens near its beginning, where the first light comes, and a network that takes roots of pixels is infinitely
    steep there.

    Parameters
    ----------
    explained, inputs, arrays, which
        As for `input_gradients`.
    steps : int
        Number of slopes per event.

    Raises
    ------
    RunError, ShapeError
        As `input_gradients`.
    RecipeError
        There is no step.
    """
    gradients, images = _gradients(explained), image_arrays(arrays)
    given, n = checked_inputs(inputs, arrays)
    place, share = _steps(steps)
    maps = {name: np.zeros((n, *spec.shape[:2])) for name, spec in images.items()}
    size = rows_at_once(arrays)
    for start in range(0, n * steps, size):
        event, step = np.divmod(np.arange(start, min(start + size, n * steps)), steps)
        whole = {name: array[event] for name, array in given.items()}
        shrunk = {
            name: array * place[step].reshape(-1, 1, 1, 1).astype(array.dtype) if name in images else array
            for name, array in whole.items()
        }
        slopes = gradients(shrunk, which[event])
        for name, view in maps.items():
            added = (slopes[name] * whole[name]).sum(axis=-1, dtype=np.float64)
            np.add.at(view, event, added * share[step].reshape(-1, 1, 1))
    return heat_maps("integrated_gradients", explained, given, images, which, maps)


def _gradients(explained: Explained) -> Callable[[Inputs, NDArray[np.int64]], dict[str, NDArray[np.float32]]]:
    if explained.gradients is None:
        msg = "a model that is no network, or that is applied as ONNX, has no slopes: use occlusion, or the run itself"
        raise RunError(msg)
    return explained.gradients


def _steps(steps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places in (0, 1) and their shares, which sum to 1: Gauss–Legendre in t, where the place is t²."""
    if steps < 1:
        msg = f"integrated gradients need one step or more, found {steps}: give 32 or more"
        raise RecipeError(msg)
    node, weight = np.polynomial.legendre.leggauss(steps)
    t = (node + 1) / 2
    return t**2, weight * t
