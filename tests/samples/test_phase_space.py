"""Decays: momenta, masses, and the spectra of phase space."""

import numpy as np
import pytest

from hepml.samples.phase_space import breakup_momentum, decay


def decays(parent, masses, n=2000, seed=1):
    rng = np.random.default_rng(seed)
    out = np.empty((n, len(masses), 4))
    for products in out:
        decay(np.array(parent), np.array(masses), products, rng)
    return out


@pytest.mark.parametrize("masses", [[1.0], [0.5, 0.2], [0.9, 0.1, 0.1, 0.2, 0.14]])
def test_momentum_energy_and_masses_are_kept(masses):
    mass = 2.0 if len(masses) > 1 else masses[0]
    parent = [0.3, -0.4, 1.2, np.sqrt(0.09 + 0.16 + 1.44 + mass**2)]
    found = decays(parent, masses, n=50)
    np.testing.assert_allclose(found.sum(axis=1), np.tile(parent, (50, 1)), atol=1e-12)
    squared = found[:, :, 3] ** 2 - (found[:, :, :3] ** 2).sum(axis=2)
    np.testing.assert_allclose(squared, np.tile(np.square(masses), (50, 1)), atol=1e-12)


def test_two_bodies_go_apart_with_the_momentum_of_the_formula():
    found = decays([0, 0, 0, 1.2322], [0.938272, 0.13957])
    momentum = np.linalg.norm(found[:, 0, :3], axis=1)
    np.testing.assert_allclose(momentum, breakup_momentum(1.2322, 0.938272, 0.13957), rtol=1e-12)
    assert momentum[0] == pytest.approx(0.227, abs=0.001)  # the Δ(1232)
    cos = found[:, 0, 2] / momentum
    assert abs(cos.mean()) < 4 / np.sqrt(3 * len(cos))
    assert cos.var() == pytest.approx(1 / 3, rel=0.1)


def test_three_massless_bodies_fill_the_dalitz_plot():
    # Flat over the triangle of x = 2E/M: each x has the density 2x, of mean 2/3 and variance 1/18.
    x = 2 * decays([0, 0, 0, 1.0], [0.0, 0.0, 0.0], n=4000)[:, :, 3]
    for k in range(3):
        assert x[:, k].mean() == pytest.approx(2 / 3, abs=4 * np.sqrt(1 / 18 / 4000))
        assert x[:, k].var() == pytest.approx(1 / 18, rel=0.1)
