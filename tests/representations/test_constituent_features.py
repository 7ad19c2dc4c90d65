"""Constituents of jets by hand: the frame is that of the image, φ goes across ±π, energies have a default."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

import hepml
from hepml.errors import ShapeError
from hepml.representations import CONSTITUENT_FEATURES, constituent_features


def particles(*jets: list[tuple[float, float, float]], **more: list[list[float]]) -> ak.Array:
    columns = {name: [[p[place] for p in jet] for jet in jets] for place, name in enumerate(("pt", "eta", "phi"))}
    columns["charge"] = [[1] * len(jet) for jet in jets]
    return ak.Array(columns | more)


def test_the_frame_is_centred_turned_and_flipped():
    """Three particles on a line of 45°, two thirds of pT at one end: the line becomes x, its heavy end positive."""
    jet = [(10.0, 0.0, 0.0), (10.0, 0.1, 0.1), (40.0, 0.4, 0.4)]
    found = constituent_features(particles(jet))[0]
    along = np.sqrt(2) * (np.array([0.0, 0.1, 0.4]) - 17 / 60)
    np.testing.assert_allclose(found.x, along, atol=1e-12)
    np.testing.assert_allclose(found.y, 0, atol=1e-12)
    np.testing.assert_allclose(found.delta_r, np.abs(along))
    np.testing.assert_allclose(found.pt_fraction, [1 / 6, 1 / 6, 2 / 3])
    plain = constituent_features(particles(jet), rotate=False, flip=False)[0]
    np.testing.assert_allclose(plain.x, np.array([0.0, 0.1, 0.4]) - 17 / 60)
    np.testing.assert_allclose(plain.x, plain.y)


def test_a_jet_across_pi_stays_whole_and_rows_stand_alone():
    across = [(20.0, 1.0, 3.1), (20.0, 1.0, 0.2 - np.pi)]
    found = constituent_features(particles([], across, [(5.0, 0.3, 0.4)])[1:], rotate=False, flip=False)
    half = (0.2 + (np.pi - 3.1)) / 2
    np.testing.assert_allclose(found.y[0], [-half, half])
    assert found.x.tolist()[1] == [0.0]
    assert found.pt_fraction.tolist()[1] == [1.0]
    assert ak.num(constituent_features(particles([], across)).x).tolist() == [0, 2]


def test_particles_without_energy_are_massless():
    given = particles([(3.0, 1.0, 0.0)])
    assert constituent_features(given).energy[0, 0] == pytest.approx(3 * np.cosh(1.0))
    assert constituent_features(particles([(3.0, 1.0, 0.0)], energy=[[7.0]])).energy[0, 0] == 7


def test_missing_columns_are_named():
    with pytest.raises(ShapeError, match="'charge'"):
        constituent_features(ak.Array({"pt": [[1.0]], "eta": [[1.0]], "phi": [[1.0]]}))
    assert hepml.constituent_features is constituent_features
    assert {f.name for f in hepml.CONSTITUENT_FEATURES} <= set(constituent_features(particles([])).fields)
    assert hepml.CONSTITUENT_FEATURES is CONSTITUENT_FEATURES
