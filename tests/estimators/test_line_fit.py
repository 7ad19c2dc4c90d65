"""The line fit of the toy, by hand and on the published cases."""

import numpy as np
import pytest
from toy_track_pixels import read_toy

from hepml.estimators.compatible_lines import line_shares
from hepml.estimators.line_fit import follow_line
from hepml.evaluation.hit_accuracy import hit_accuracy
from hepml.samples import build_sample

# Options, and hit accuracy on all layers of 20 000 events: line fit, compatible lines up to each layer, through all
# layers.  Published: 0.978 and 0.957, 0.986 and 0.980, 0.995 and 0.990.  A line fit that goes wrong loses a whole
# track, so that among five tracks 1000 events leave ±0.005, 4000 half of it.
CASES = {
    "noise": ({}, 0.977, 0.986, 0.995),
    "five tracks": ({"background_tracks": 5, "noise_probability": 0.0}, 0.960, 0.978, 0.989),
}
EVENTS = 4000


def pixels(rows, n_pixels):
    on = np.zeros((1, len(rows), n_pixels), bool)
    for layer, row in enumerate(rows):
        on[0, layer, row] = True
    return on


def test_the_nearest_pixel_to_the_fitted_line():
    # Through 0.5, 2.5, 4.5 the line points to 6.5 (pixel 6): 7 is nearer than 5.  Then least squares through
    # 0.5, 2.5, 4.5, 7.5: slope 2.3, mean 3.75, so 3.75 + 2.5 · 2.3 = 9.5, pixel 9.
    found = follow_line(pixels([[0], [2], [4], [4, 7], [8, 9]], 12))
    assert found.tolist() == [[0, 2, 4, 7, 9]]


def test_layers_without_hits_take_the_line_itself():
    assert follow_line(pixels([[1], [2], [], [4], []], 6)).tolist() == [[1, 2, 3, 4, 5]]
    assert follow_line(pixels([[0], [3], [], []], 6)).tolist() == [[0, 3, 5, 5]]  # inside the layer
    assert follow_line(pixels([[], [], []], 6)).tolist() == [[3, 3, 3]]


def test_a_layer_does_not_depend_on_later_ones():
    rng = np.random.default_rng(1)
    on = rng.random((20, 12, 9)) < 0.4
    changed = on.copy()
    changed[:, 7:] = rng.random((20, 5, 9)) < 0.4
    np.testing.assert_array_equal(follow_line(on)[:, :7], follow_line(changed)[:, :7])
    np.testing.assert_array_equal(line_shares(on)[:, :7], line_shares(changed)[:, :7])
    assert follow_line(on[:0]).shape == (0, 12)


@pytest.mark.parametrize("case", CASES)
def test_published_figures(tmp_path, case):
    options, line, causal, everything = CASES[case]
    path = build_sample("tracks", tmp_path, events=EVENTS, options=options).files[0].path
    on, signal = read_toy(path, n_layers=50, n_pixels=50)
    found = follow_line(on)
    assert hit_accuracy(signal, found) == pytest.approx(line, abs=0.004)
    without_seeds = hit_accuracy(signal, found, seed_layers=5)
    assert without_seeds == pytest.approx((50 * hit_accuracy(signal, found) - 5) / 45)  # the seeds are all right
    best = np.argmax(line_shares(on[:2000]), axis=2)
    assert hit_accuracy(signal[:2000], best) == pytest.approx(causal, abs=0.004)
    best = np.argmax(line_shares(on[:2000], causal=False), axis=2)
    assert hit_accuracy(signal[:2000], best) == pytest.approx(everything, abs=0.003)
