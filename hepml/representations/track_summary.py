"""Summary quantities of the tracks of a jet, as flat columns for a `Table`: what a tagger without a sequence reads."""

from __future__ import annotations

import awkward as ak
import numpy as np

from hepml.errors import ShapeError
from hepml.representations.ragged import flat_column, record
from hepml.representations.table_columns import Column

LEADING_TRACKS = 4
DISPLACED = 2.5
"""Significance of d0 above which a track counts as displaced."""

_COUNTED = (2, 3, 5)
_NEEDED = ("pt", "delta_eta", "delta_phi", "delta_r", "d0_significance", "z0_significance")

TRACK_SUMMARY_COLUMNS = (
    Column(name="jet_pt", unit="GeV"),
    Column(name="jet_abs_eta"),
    Column(name="n_tracks", kind="integer"),
    *(Column(name=f"n_d0_above_{least}", kind="integer") for least in _COUNTED),
    *(
        Column(name=f"{name}_{place}", missing="nan")
        for name in ("d0_significance", "z0_significance")
        for place in range(1, LEADING_TRACKS + 1)
    ),
    Column(name="d0_log_sum"),
    Column(name="charged_fraction"),
    Column(name="displaced_fraction"),
    Column(name="displaced_mass", unit="GeV"),
    Column(name="displaced_delta_r", missing="nan"),
)
"""What `track_summary` returns, ready for ``Table.of``."""


def track_summary(features: ak.Array, jets: ak.Array) -> ak.Array:
    r"""Return summary quantities of the tracks of each jet.

    Parameters
    ----------
    features : record array, one row per jet
        What `track_features` returns.
    jets : awkward array with one row per jet
        Flat ``pt`` (GeV) and ``eta``.

    Returns
    -------
    record array of float32, one row per jet
        With S the signed significances of `track_features`; a track without one is not displaced.

        - ``jet_pt``, ``jet_abs_eta``, ``n_tracks``; ``n_d0_above_2``, ``…_3``, ``…_5``: tracks with a larger S_d0
        - ``d0_significance_1`` … ``_4``: the largest S_d0 by falling value, and ``z0_significance_1`` … of the same
          tracks; NaN where there are fewer
        - ``d0_log_sum`` = Σ sign(S_d0) ln(1 + \|S_d0\|)
        - ``charged_fraction``: ΣpT of tracks over the jet's pT; ``displaced_fraction``: of them those with S_d0 above
          `DISPLACED`; ``displaced_mass``: invariant mass of these, taken as massless; ``displaced_delta_r``: their mean
          distance to the jet's axis, weighted by pT, NaN without any

    Raises
    ------
    ShapeError
        A column is absent.

    Examples
    --------
    >>> track = {"pt": [[5.0, 5.0]], "delta_eta": [[0.3, -0.3]], "delta_phi": [[0.0, 0.0]], "delta_r": [[0.3, 0.3]]}
    >>> features = ak.Array({**track, "d0_significance": [[3.5, 9.0]], "z0_significance": [[1.0, 2.0]]})
    >>> row = track_summary(features, ak.Array({"pt": [40.0], "eta": [-1.0]}))[0]
    >>> [round(float(row[name]), 3) for name in ("d0_significance_1", "z0_significance_1", "n_d0_above_5")]
    [9.0, 2.0, 1.0]
    >>> [round(float(row[name]), 3) for name in ("charged_fraction", "displaced_fraction", "displaced_mass")]
    [0.25, 1.0, 3.045]
    """
    absent = [name for name in _NEEDED if name not in features.fields]
    if absent:
        msg = (
            f"a summary of tracks needs {list(_NEEDED)}, and {absent[0]!r} is absent: give what track_features returns"
        )
        raise ShapeError(msg)
    pt, s_d0 = features.pt, ak.nan_to_num(features.d0_significance, nan=-np.inf)
    total, displaced = ak.sum(pt, axis=1), features[s_d0 > DISPLACED]
    known = ak.where(np.isfinite(s_d0), s_d0, 0.0)
    displaced_pt = ak.sum(displaced.pt, axis=1)
    jet_pt = flat_column(jets, "pt")
    columns = {
        "jet_pt": jet_pt,
        "jet_abs_eta": np.abs(flat_column(jets, "eta")),
        "n_tracks": ak.num(pt),
        **{f"n_d0_above_{least}": ak.sum(s_d0 > least, axis=1) for least in _COUNTED},
        **_leading(features, s_d0),
        "d0_log_sum": ak.sum(np.sign(known) * np.log1p(np.abs(known)), axis=1),
        "charged_fraction": total / jet_pt,
        "displaced_fraction": displaced_pt / ak.where(total > 0, total, 1.0),
        "displaced_mass": _mass(displaced),
        "displaced_delta_r": ak.sum(displaced.pt * displaced.delta_r, axis=1)
        / ak.where(displaced_pt > 0, displaced_pt, np.nan),
    }
    flat = {column.name: ak.to_numpy(columns[column.name]).astype(np.float32) for column in TRACK_SUMMARY_COLUMNS}
    return record(flat, n_rows=len(jets))


def _leading(features: ak.Array, s_d0: ak.Array) -> dict[str, ak.Array]:
    """Return both significances of the tracks of largest S_d0."""
    order = ak.argsort(s_d0, axis=1, ascending=False, stable=True)
    found: dict[str, ak.Array] = {}
    for name in ("d0_significance", "z0_significance"):
        padded = ak.fill_none(ak.pad_none(features[name][order], LEADING_TRACKS, clip=True), np.nan)
        found |= {f"{name}_{place + 1}": padded[:, place] for place in range(LEADING_TRACKS)}
    return found


def _mass(tracks: ak.Array) -> ak.Array:
    """Return the invariant mass in GeV, the same in the frame of the jet's axis."""
    energy, pz = tracks.pt * np.cosh(tracks.delta_eta), tracks.pt * np.sinh(tracks.delta_eta)
    px, py = tracks.pt * np.cos(tracks.delta_phi), tracks.pt * np.sin(tracks.delta_phi)
    squares = [ak.sum(component, axis=1) ** 2 for component in (energy, px, py, pz)]
    return np.sqrt(np.maximum(squares[0] - squares[1] - squares[2] - squares[3], 0.0))
