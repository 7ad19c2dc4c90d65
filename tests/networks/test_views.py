"""One branch per view: towers of one's own or shared, how they are merged, and what cannot be merged."""

import numpy as np
import pytest

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError
from hepml.networks.cvn import CVN, CvnOptions
from hepml.networks.densenet import DENSENET, DensenetOptions
from hepml.networks.keras_import import import_keras
from hepml.networks.resnet import RESNET, ResnetOptions
from hepml.networks.seeds import SeedStream
from hepml.networks.view_layers import SplitViews, StackViews
from hepml.networks.views import ViewOptions, merged_views

keras = import_keras()

VIEW = ArraySpec((8, 6, 1), role="image", moments_shape=(1,))
TWO = {"x": VIEW, "y": VIEW}
TOWERS = [
    (CVN, {"stem_filters": 4, "tower": [[3]], "trunk": [[5]], "dense": [6]}, CvnOptions),
    (RESNET, {"stem_filters": 4, "filters": [4, 6], "blocks": 1}, ResnetOptions),
    (DENSENET, {"growth": 3, "layers": [1, 1]}, DensenetOptions),
]
every = pytest.mark.parametrize(("backbone", "options", "kind"), TOWERS, ids=["cvn", "resnet", "densenet"])


def build(backbone, options, arrays=TWO):
    inputs = {name: keras.Input(spec.shape, name=name) for name, spec in arrays.items()}
    return keras.Model(inputs, backbone.build(options, arrays, inputs, SeedStream(1)))


def merged(options, tower, arrays=TWO):
    inputs = {name: keras.Input(spec.shape, name=name) for name, spec in arrays.items()}
    return keras.Model(inputs, merged_views(options, arrays, inputs, tower, SeedStream(1)))


def maps(n=5, *, arrays=TWO):
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=(n, *spec.shape)).astype(np.float32) for name, spec in arrays.items()}


def swapped(views):
    return {"x": views["y"], "y": views["x"]}


@every
def test_a_shared_tower_is_one_tower_and_sees_all_views_alike(backbone, options, kind):
    one = build(backbone, kind(**options, merge="maximum", share_towers=True), {"x": VIEW})
    shared = build(backbone, kind(**options, merge="maximum", share_towers=True))
    separate = build(backbone, kind(**options, merge="maximum"))
    assert shared.count_params() - 2 == one.count_params()  # offset and scale of the second view's input
    assert separate.count_params() > shared.count_params()
    views = maps()
    np.testing.assert_array_equal(np.asarray(shared(views)), np.asarray(shared(swapped(views))))
    assert np.abs(np.asarray(separate(views)) - np.asarray(separate(swapped(views)))).max() > 1e-3


def test_the_normalisation_of_a_shared_tower_is_of_all_views_together():
    """Views of means −3 and 5: the running mean moves a tenth of the way to 1, which is that of both."""
    tower = keras.layers.BatchNormalization(momentum=0.9, name="norm")
    model = merged(ViewOptions(share_towers=True), tower)
    shifted = {name: values + mean for (name, values), mean in zip(maps(200).items(), (-3, 5), strict=True)}
    trained = np.asarray(model(shifted, training=True))
    both = np.concatenate(list(shifted.values()))
    np.testing.assert_allclose(tower.moving_mean, [0.1 * both.mean()], rtol=1e-4)
    assert trained.mean() == pytest.approx(0, abs=1e-3)
    assert trained.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("share_towers", [True, False])
def test_views_are_merged_pixel_by_pixel(share_towers):
    views = maps()
    for merge, expected in (
        ("maximum", np.maximum(views["x"], views["y"])),
        ("concatenation", np.concatenate([views["x"], views["y"]], axis=-1)),
    ):
        model = merged(ViewOptions(merge=merge, share_towers=share_towers), lambda image: image)
        np.testing.assert_array_equal(np.asarray(model(views)), expected)


def test_bright_pixels_can_be_shrunk():
    views = {name: np.abs(values) for name, values in maps().items()}
    model = merged(ViewOptions(compress="root", merge="maximum"), lambda image: image)
    np.testing.assert_allclose(model(views), np.sqrt(np.maximum(views["x"], views["y"])), rtol=1e-6)


def test_splitting_is_the_inverse_of_stacking():
    views = list(maps(3, arrays={"x": VIEW, "y": VIEW, "z": VIEW}).values())
    again = SplitViews(3)(StackViews()(views))
    for view, found in zip(views, again, strict=True):
        np.testing.assert_array_equal(found, view)
    assert SplitViews.from_config(SplitViews(3, name="s").get_config()).n_views == 3
    assert StackViews.from_config(StackViews(name="v").get_config()).name == "v"


@every
@pytest.mark.parametrize(
    ("other", "share_towers", "message"),
    [
        ((8, 7, 1), False, r"same rows and columns, found x 8×6×1, y 8×7×1: give all of them the same window"),
        ((8, 6, 2), True, r"same channels, found x 8×6×1, y 8×6×2: set share_towers: false"),
    ],
)
def test_views_that_do_not_fit_are_named(backbone, options, kind, other, share_towers, message):
    arrays = {"x": VIEW, "y": ArraySpec(other, role="image", moments_shape=(other[-1],))}
    with pytest.raises(RecipeError, match=message):
        build(backbone, kind(**options, share_towers=share_towers), arrays)


@every
def test_towers_of_their_own_read_other_channels(backbone, options, kind):
    arrays = {"x": VIEW, "y": ArraySpec((8, 6, 2), role="image", moments_shape=(2,))}
    model = build(backbone, kind(**options), arrays)
    assert np.isfinite(np.asarray(model(maps(arrays=arrays)))).all()


@every
def test_maps_are_changed_in_training_only_and_the_same_charge_scale_reaches_all_views(backbone, options, kind):
    moves = {"flip": ["row"], "shift": [1, 1], "charge_scale": 0.3}
    model = build(backbone, kind(**options, augment=moves))
    plain = build(backbone, kind(**options))
    assert [type(layer).__name__ for layer in model.layers].count("PixelAugmentation") == 1
    model.set_weights(plain.get_weights())
    views = maps()
    np.testing.assert_allclose(np.asarray(model(views)), np.asarray(plain(views)), rtol=1e-5, atol=1e-6)


def test_a_view_to_be_swapped_must_be_there():
    with pytest.raises(RecipeError, match=r"names view 2, and there are 2, from 0 on: x, y"):
        build(CVN, CvnOptions(augment={"swap": [[0, 2]]}))


def test_whether_a_map_holds_a_logarithm_is_read_from_its_name():
    log = ArraySpec((8, 6, 1), role="image", features=("log of charge [1]",), moments_shape=(1,))
    for spec, expected in ((log, True), (VIEW, False)):
        model = build(RESNET, ResnetOptions(augment={"charge_scale": 0.1}), {"x": spec, "y": spec})
        (layer,) = [layer for layer in model.layers if type(layer).__name__ == "PixelAugmentation"]
        assert layer.log_charge is expected
