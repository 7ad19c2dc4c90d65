"""Signs dealt at random: what stays and what goes."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError
from hepml.evaluation import roc_auc_score
from hepml.explain import signed_features, with_random_signs

TRACKS = {
    "tracks": ArraySpec((3, 3), role="sequence", features=("signed log of d0 [1]", "log of pt [1]", "delta_r [1]")),
    "tracks_mask": ArraySpec((3,), dtype="bool", role="mask"),
}


def test_features_are_found_by_their_plain_names():
    [feature] = signed_features(TRACKS, ["d0", "mass"])
    assert (feature.array, feature.index) == ("tracks", 0)
    with pytest.raises(RecipeError, match=r"'log of pt \[1\]' is a logarithm"):
        signed_features(TRACKS, ["pt"])


def test_sizes_and_other_features_stay_and_half_of_the_signs_go():
    rng = np.random.default_rng(1)
    tracks = np.abs(rng.normal(size=(2000, 3, 3))).astype(np.float32)
    inputs = {"tracks": tracks, "tracks_mask": np.ones((2000, 3), bool)}
    changed = with_random_signs(inputs, signed_features(TRACKS, ["d0"]), seed=1)["tracks"]
    np.testing.assert_array_equal(changed[..., 1:], tracks[..., 1:])
    np.testing.assert_array_equal(np.abs(changed[..., 0]), tracks[..., 0])
    assert changed.dtype == np.float32
    assert np.mean(changed[..., 0] < 0) == pytest.approx(0.5, abs=0.03)
    assert (tracks >= 0).all()  # the inputs are not changed
    again = with_random_signs(inputs, signed_features(TRACKS, ["d0"]), seed=1)["tracks"]
    np.testing.assert_array_equal(again, changed)


def test_a_score_that_is_all_sign_guesses_without_it():
    rng = np.random.default_rng(1)
    label = rng.integers(0, 2, 4000)
    d0 = np.abs(rng.normal(size=(4000, 3))) * np.where(label == 1, 1, -1)[:, None]
    inputs = {"tracks": np.stack([d0] * 3, axis=-1), "tracks_mask": np.ones((4000, 3), bool)}
    changed = with_random_signs(inputs, signed_features(TRACKS, ["d0"]), seed=2)["tracks"]
    assert roc_auc_score(label, inputs["tracks"][..., 0].sum(axis=1)).value == 1.0
    found = roc_auc_score(label, changed[..., 0].sum(axis=1))
    assert abs(found.value - 0.5) < 3 * found.error
