"""The constituents of a jet in its own frame, as columns for a `Sequence`."""

from __future__ import annotations

import awkward as ak
import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.representations.jet_frame import place_particles
from hepml.representations.ragged import list_column, ragged_columns, record
from hepml.representations.sequence_options import ItemFeature

CONSTITUENT_FEATURES = (
    ItemFeature(name="x"),
    ItemFeature(name="y"),
    ItemFeature(name="delta_r"),
    ItemFeature(name="pt", unit="GeV", transform="log"),
    ItemFeature(name="energy", unit="GeV", transform="log"),
    ItemFeature(name="pt_fraction", transform="log"),
    ItemFeature(name="charge", unit="e"),
)
"""What deep sets and attention read of a jet (arXiv:1810.05165, arXiv:1902.08570)."""


def constituent_features(particles: ak.Array, *, rotate: bool = True, flip: bool = True) -> ak.Array:
    """Return the features of the constituents of each jet.

    Parameters
    ----------
    particles : awkward array with one row per jet
        Jagged ``pt`` (GeV), ``eta``, ``phi`` (rad), ``charge`` (e) and, where there is one, ``energy`` (GeV); without
        it particles are massless.
    rotate, flip : bool
        Whether the jet is turned so that its principal axis lies along x, and reflected so that the positive half of
        each axis holds more pT, as a jet image is.

    Returns
    -------
    record array of float64, one row per jet
        Jagged ``x`` and ``y``, from the pT-weighted centroid, along η and φ where the jet is not turned; ``delta_r`` to
        it; ``pt`` and ``energy`` in GeV; ``pt_fraction`` of the jet's ΣpT; ``charge``.

    Raises
    ------
    ShapeError
        A column is absent, is not one list of numbers per jet, or differs from another in the lengths of its lists.

    Examples
    --------
    >>> two = ak.Array({"pt": [[30.0, 10.0]], "eta": [[0.0, 0.4]], "phi": [[3.1, 3.1]], "charge": [[1, 0]]})
    >>> jet = constituent_features(two, rotate=False, flip=False)[0]
    >>> [round(float(x), 3) for x in jet.x], [float(z) for z in jet.pt_fraction]
    ([-0.1, 0.3], [0.75, 0.25])
    """
    names = ["pt", "eta", "phi", "charge", *(["energy"] if "energy" in particles.fields else [])]
    offsets, given = ragged_columns(particles, names)
    own = offsets - offsets[0]
    of = {name: np.asarray(content[offsets[0] : offsets[-1]], np.float64) for name, content in given.items()}
    x, y, total = _placed(own, of["pt"], of["eta"], of["phi"], rotate, flip)
    found = {
        "x": x,
        "y": y,
        "delta_r": np.hypot(x, y),
        "pt": of["pt"],
        "energy": of["energy"] if "energy" in of else of["pt"] * np.cosh(of["eta"]),
        "pt_fraction": of["pt"] / np.repeat(total, np.diff(own)),
        "charge": of["charge"],
    }
    return record({name: list_column(own, values) for name, values in found.items()}, n_rows=len(particles))


@njit(cache=True)
def _placed(
    offsets: NDArray[np.int64],
    pt: NDArray[np.float64],
    eta: NDArray[np.float64],
    phi: NDArray[np.float64],
    rotate: bool,
    flip: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the coordinates of all particles in the frames of their jets, and ΣpT of the jets, 1 of an empty one."""
    x, y, total = np.empty(len(pt)), np.empty(len(pt)), np.ones(len(offsets) - 1)
    for jet in range(len(offsets) - 1):
        first, last = offsets[jet], offsets[jet + 1]
        if last > first:
            total[jet] = place_particles(
                pt[first:last], eta[first:last], phi[first:last], True, rotate, flip, x[first:last], y[first:last]
            )
    return x, y, total
