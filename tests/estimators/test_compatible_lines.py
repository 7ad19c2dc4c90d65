"""Areas of compatible lines, against lines drawn at random."""

import numpy as np
import pytest

from hepml.estimators.compatible_lines import line_shares
from hepml.samples.toy_tracks import crossed_pixels


@pytest.fixture(scope="module")
def drawn():
    """Return what is on in one event, and the pixels of 400 000 lines that pass through it up to each layer."""
    rng = np.random.default_rng(2)
    on = rng.random((6, 8)) < 0.6
    entry, end = rng.uniform(0, 8, (2, 400_000))
    pixel = crossed_pixels(entry, (end - entry) / 6, 6)
    return on, pixel, np.logical_and.accumulate(on[np.arange(6), pixel], axis=1)


@pytest.mark.parametrize("causal", [True, False])
def test_shares_are_those_of_random_lines(drawn, causal):
    on, pixel, alive = drawn
    shares = line_shares(on[None], causal=causal)[0]
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
    for layer in range(6):
        through = pixel[alive[:, layer if causal else -1], layer]
        assert len(through) > 3000
        expected = np.bincount(through, minlength=8) / len(through)
        np.testing.assert_allclose(shares[layer], expected, atol=4 * 0.5 / np.sqrt(len(through)))
        assert np.all(shares[layer][~on[layer]] == 0)


def test_where_no_line_is_left_all_is_zero():
    on = np.zeros((1, 4, 5), bool)
    on[0, [0, 1, 2, 3], [0, 1, 4, 4]] = True
    shares = line_shares(on)[0]
    assert shares.sum(axis=1).tolist() == [1, 1, 0, 0]
    assert not line_shares(on, causal=False).any()
