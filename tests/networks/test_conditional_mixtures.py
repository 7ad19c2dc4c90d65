import numpy as np
import pytest

from hepml.networks.conditional_mixtures import ConditionalMixtures
from hepml.networks.seeds import SeedStream


@pytest.fixture(scope="module")
def mixtures():
    return ConditionalMixtures(1, 2, components=3, width=8, seeds=SeedStream(1))


GIVEN = np.linspace(-1, 1, 50, dtype=np.float32)[:, None]


def test_normal_numbers_and_back(mixtures):
    normal = np.random.default_rng(1).normal(size=(50, 2))
    values = mixtures.from_normal(GIVEN, normal)
    np.testing.assert_allclose(mixtures.to_normal(GIVEN, values), normal, atol=1e-4)
    assert (np.diff(mixtures.from_normal(GIVEN[:3] * 0, np.array([[-1.0, 0], [0, 0], [1, 0]]))[:, 0]) > 0).all()


def test_the_density_integrates_to_one(mixtures):
    grid = np.linspace(-8, 8, 161)
    x, y = (each.ravel() for each in np.meshgrid(grid, grid))
    values = np.column_stack([x, y]).astype(np.float32)
    loss = np.asarray(mixtures.loss(np.full((len(values), 1), 0.3, np.float32), values))
    assert np.exp(-loss.astype(float)).sum() * 0.1**2 == pytest.approx(1, abs=1e-3)


def test_the_density_is_the_slope_of_the_map(mixtures):
    """p(y₁, y₂) = φ(u₁) φ(u₂) |∂u₁/∂y₁| |∂u₂/∂y₂|, as u₁ does not depend on y₂."""
    at, given, step = np.array([[0.4, -0.7]]), np.array([[0.2]], np.float32), 1e-3
    density = np.exp(-float(np.asarray(mixtures.loss(given, at.astype(np.float32)))[0]))
    normal = mixtures.to_normal(given, at)
    slopes = [
        (mixtures.to_normal(given, at + shift) - mixtures.to_normal(given, at - shift))[0, i] / (2 * step)
        for i, shift in enumerate(np.eye(2) * step)
    ]
    wanted = np.exp(-0.5 * (normal**2).sum()) / (2 * np.pi) * np.prod(slopes)
    assert density == pytest.approx(wanted, rel=1e-2)
