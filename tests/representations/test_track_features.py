"""Features of tracks by hand: signs of a decay, φ = ±π, and what has no error."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

import hepml
from hepml.errors import ShapeError
from hepml.representations import track_features

JETS = ak.Array({"pt": [40.0, 80.0], "eta": [0.5, -1.0], "phi": [0.0, -3.1]})


def found(*, lifetime_signs: bool = True, **track: list[list[float]]) -> ak.Array:
    default = {"pt": 4.0, "eta": 0.4, "phi": 0.1, "d0": 0.2, "z0": 0.3, "d0_error": 0.1, "z0_error": 0.1}
    counts = ak.num(ak.Array(next(iter(track.values()))))
    given = {name: track.get(name, [[value] * n for n in counts]) for name, value in default.items()}
    return track_features(ak.Array(given), JETS, lifetime_signs=lifetime_signs)


def test_angles_go_across_pi():
    features = found(eta=[[], [-0.6, -1.0]], phi=[[], [3.1, -3.0]])
    assert ak.num(features.delta_r).tolist() == [0, 2]
    np.testing.assert_allclose(features.delta_phi[1], [6.2 - 2 * np.pi, 0.1], rtol=1e-12)
    np.testing.assert_allclose(features.delta_r[1], [np.hypot(0.4, 6.2 - 2 * np.pi), 0.1], rtol=1e-12)
    assert features.pt_fraction[1].tolist() == [0.05, 0.05]


def test_a_particle_that_flew_along_the_jet_has_positive_signs():
    """It decays at r along the jet, into a track at φ: the closest point to the vertex has d0 = r sin(φ_jet − φ)."""
    flight, phi = 2.0, np.array([0.3, -0.3])
    d0 = flight * np.sin(0.0 - phi)
    z0 = np.array([1.0, -1.0])  # below the jet's η, a later z
    features = found(phi=[phi.tolist(), []], d0=[d0.tolist(), []], z0=[z0.tolist(), []], eta=[[0.1, 0.9], []])
    np.testing.assert_allclose(features.d0[0], np.abs(d0))
    np.testing.assert_allclose(features.z0[0], [1, 1])
    np.testing.assert_allclose(features.d0_significance[0], 10 * np.abs(d0))
    behind = found(phi=[phi.tolist(), []], d0=[(-d0).tolist(), []])
    np.testing.assert_allclose(behind.d0[0], -np.abs(d0))
    as_given = found(phi=[phi.tolist(), []], d0=[d0.tolist(), []], lifetime_signs=False)
    np.testing.assert_array_equal(as_given.d0[0], d0)


def test_what_the_fit_has_not_found_is_missing():
    features = found(d0_error=[[0.1, -1.0, 0.0, np.nan, np.inf], []])
    for name in ("d0", "d0_significance"):
        assert np.isnan(features[name][0]).tolist() == [False, True, True, True, True]
    assert ak.all(np.isfinite(features.z0_significance))


def test_lists_and_jets_must_agree():
    with pytest.raises(ShapeError, match="2 lists of tracks for 1 jets"):
        track_features(ak.Array({"pt": [[1.0], [2.0]]}), JETS[:1])
    assert hepml.track_features is track_features
    assert {feature.name for feature in hepml.TRACK_FEATURES} <= set(found(pt=[[1.0], []]).fields)
