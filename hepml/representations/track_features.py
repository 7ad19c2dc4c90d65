"""What the tracks of a jet say about its flavour, as columns for a `Sequence`."""

from __future__ import annotations

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.representations.ragged import flat_column, list_column, ragged_columns, record
from hepml.representations.sequence_options import ItemFeature

TRACK_FEATURES = (
    ItemFeature(name="d0_significance", transform="signed_log", missing="nan"),
    ItemFeature(name="z0_significance", transform="signed_log", missing="nan"),
    ItemFeature(name="pt_fraction", transform="log"),
    ItemFeature(name="delta_r"),
)
"""What a recurrent tagger reads, with signed logarithms where the tails are long (ATL-PHYS-PUB-2017-003)."""

_TRACK = ("pt", "eta", "phi", "d0", "z0", "d0_error", "z0_error")


def track_features(tracks: ak.Array, jets: ak.Array, *, lifetime_signs: bool = True) -> ak.Array:
    r"""Return the features of the tracks of each jet.

    Parameters
    ----------
    tracks : awkward array with one row per jet
        Jagged ``pt``, ``eta``, ``phi`` (rad), and the impact parameters ``d0`` and ``z0`` with ``d0_error`` and
        ``z0_error``, in any unit of length.  What the fit has not found has an error that is not above 0, or NaN.
    jets : awkward array with one row per jet
        Flat ``pt``, in the unit of the tracks', ``eta`` and ``phi`` (rad).
    lifetime_signs : bool
        Whether impact parameters change to the signs of a decay (arXiv:1512.01094): d0 · sign sin(φ_jet − φ) is
        positive where the track comes from a point before the vertex, seen along the jet, and z0 · sign(η_jet − η)
        likewise.  The given signs have to be the geometrical ones: the point of closest approach, seen from the
        vertex, is d0 · (−sin φ, cos φ).  False: signs as given.

    Returns
    -------
    record array of float64, one row per jet
        Jagged ``pt``; ``pt_fraction`` of the jet's; ``delta_eta``, ``delta_phi`` (in ±π) and ``delta_r`` to the jet;
        ``d0``, ``z0`` and what they are in units of their errors, ``d0_significance`` and ``z0_significance``, all four
        NaN where there is no error.

    Raises
    ------
    ShapeError
        A column is absent, or there are not as many jets as lists of tracks.

    Examples
    --------
    >>> jets = ak.Array({"pt": [50.0], "eta": [0.0], "phi": [3.1]})
    >>> track = {"pt": [[5.0]], "eta": [[0.3]], "phi": [[-3.1]], "d0": [[-0.2]], "z0": [[1.0]]}
    >>> found = track_features(ak.Array({**track, "d0_error": [[0.1]], "z0_error": [[-1.0]]}), jets)
    >>> [round(float(found[name][0, 0]), 3) for name in ("delta_phi", "d0_significance", "z0_significance")]
    [0.083, 2.0, nan]
    """
    if len(tracks) != len(jets):
        msg = f"there are {len(tracks)} lists of tracks for {len(jets)} jets: give one list per jet"
        raise ShapeError(msg)
    offsets, given = ragged_columns(tracks, _TRACK)
    track = {name: np.asarray(content[offsets[0] : offsets[-1]], np.float64) for name, content in given.items()}
    jet = {
        name: np.repeat(np.asarray(flat_column(jets, name), np.float64), np.diff(offsets))
        for name in ("pt", "eta", "phi")
    }
    delta_eta = track["eta"] - jet["eta"]
    delta_phi = np.mod(track["phi"] - jet["phi"] + np.pi, 2 * np.pi) - np.pi
    found = {
        "pt": track["pt"],
        "pt_fraction": track["pt"] / jet["pt"],
        "delta_eta": delta_eta,
        "delta_phi": delta_phi,
        "delta_r": np.hypot(delta_eta, delta_phi),
    }
    for name, turned in (("d0", np.sin(-delta_phi)), ("z0", -delta_eta)):
        value, error = _measured(track[name], track[f"{name}_error"])
        if lifetime_signs:
            value = np.where(turned < 0, -value, value)
        found |= {name: value, f"{name}_significance": value / error}
    own = offsets - offsets[0]
    return record({name: list_column(own, values) for name, values in found.items()}, n_rows=len(jets))


def _measured(
    value: NDArray[np.float64], error: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both with NaN where the error is no number above 0."""
    known = np.isfinite(error) & (error > 0)
    return np.where(known, value, np.nan), np.where(known, error, np.nan)
