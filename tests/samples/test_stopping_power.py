"""Energy loss and range against published tables."""

import numpy as np
import pytest

from hepml.samples.stopping_power import (
    LIQUID_ARGON,
    MUON_MEV,
    POLYSTYRENE,
    csda_range_cm,
    largest_transfer,
    mean_loss,
)

# CSDA ranges of muons in liquid argon: Groom, Mokhov, Striganov, At. Data Nucl. Data Tables 78 (2001) 183.
ARGON_RANGES = {100: 42.50, 200: 106.3, 400: 238.5, 800: 493.4, 1000: 616.3, 2000: 1202.0, 4000: 2297.0}  # g/cm²


@pytest.mark.parametrize(("material", "published"), [(LIQUID_ARGON, 1.508), (POLYSTYRENE, 1.936)])
def test_least_loss_is_the_published_one(material, published):
    losses = [mean_loss(material, t, MUON_MEV) / material.density for t in np.arange(100.0, 1000.0, 5.0)]
    assert min(losses) == pytest.approx(published, rel=2e-3)


@pytest.mark.parametrize(("kinetic_mev", "published"), ARGON_RANGES.items())
def test_muon_range_in_argon_is_the_published_one(kinetic_mev, published):
    found = csda_range_cm(LIQUID_ARGON, float(kinetic_mev)) * LIQUID_ARGON.density
    assert found == pytest.approx(published, rel=0.01)


def test_loss_depends_on_speed():
    # A proton and a muon of one βγ lose the same but for the largest transfer; a slow one loses more.
    ratio = 938.272 / MUON_MEV
    assert mean_loss(LIQUID_ARGON, 300.0 * ratio, 938.272) == pytest.approx(
        mean_loss(LIQUID_ARGON, 300.0, MUON_MEV), rel=0.01
    )
    assert mean_loss(LIQUID_ARGON, 30.0, 938.272) > 5 * mean_loss(LIQUID_ARGON, 1000.0, 938.272)


def test_largest_transfer_of_a_slow_heavy_particle_is_twice_its_speed():
    # 2 m β²γ² for γ m_e ≪ M: a proton with βγ = 0.1.
    kinetic = 938.272 * (np.sqrt(1.01) - 1)
    assert largest_transfer(kinetic, 938.272) == pytest.approx(2 * 0.511 * 0.01, rel=2e-3)
