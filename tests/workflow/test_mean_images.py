from __future__ import annotations

import numpy as np

from hepml.contracts import ArraySpec, Batch
from hepml.representations.jet_image import JetImage, JetImageOptions
from hepml.workflow.mean_images import MeanImages

AXES = (("Δη", -1.0, 1.0), ("Δφ [rad]", -2.0, 2.0))
ARRAYS = {
    "image": ArraySpec((2, 3, 2), role="image", features=("pT [GeV]", "number of particles [1]"), axes=AXES),
    "table": ArraySpec((4,), role="table"),
}


def _batch(label, weight, value) -> Batch:
    n = len(label)
    image = np.zeros((n, 2, 3, 2), np.float32)
    image[:, 0, 2, 0] = value
    image[..., 1] = 99  # another channel does not count
    inputs = {"image": image, "table": np.zeros((n, 4))}
    return Batch(inputs, np.array(label, np.int32), np.array(weight, np.float64), {}, np.arange(n))


def test_weighted_mean_of_the_first_channel_by_class():
    images = MeanImages(ARRAYS, ("a", "b", "c"))
    images.add(_batch([0, 0, 1, -1], [1.0, 3.0, 2.0, 5.0], [1.0, 2.0, 7.0, 9.0]))
    images.add(_batch([0, 2], [-2.0, -1.0], [1.0, 4.0]))
    found = images.means()
    assert list(found) == ["image"]
    mean = found["image"].by_class
    assert list(mean) == ["a", "b"]  # the weights of c do not sum to something positive
    assert mean["a"].shape == (2, 3)
    np.testing.assert_allclose([mean["a"][0, 2], mean["b"][0, 2]], [(1 + 6 - 2) / 2, 7.0])
    assert mean["a"].sum() == mean["a"][0, 2]


def test_pixels_mean_what_the_representation_says():
    axes = MeanImages(ARRAYS, ("a",)).means()["image"].axes
    assert (axes.x_name, axes.x_range, axes.y_name, axes.y_range) == ("Δη", (-1.0, 1.0), "Δφ [rad]", (-2.0, 2.0))
    assert axes.content == "Mean pT [GeV]"
    [fraction] = JetImage(JetImageOptions(channels=("charged_pt",))).arrays.values()
    assert MeanImages({"image": fraction}, ("a",)).means()["image"].axes.content == "Mean charged pT fraction"
    bare = MeanImages({"image": ArraySpec((2, 3, 1), role="image")}, ("a",)).means()["image"].axes
    assert (bare.x_range, bare.y_range, bare.content) == ((0.0, 2), (0.0, 3), "Mean pixel")
