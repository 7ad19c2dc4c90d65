"""One branch per view of an event, with weights of its own or shared, and the views merged into one image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import pydantic

from hepml.contracts import ArraySpec, Moments, Normalisation
from hepml.errors import RecipeError
from hepml.networks.backbone import standardise_name
from hepml.networks.convolution import Norm
from hepml.networks.keras_import import import_keras
from hepml.networks.normalisation import image_normalisation
from hepml.networks.pixel_augment_options import PixelAugmentOptions
from hepml.networks.seeds import SeedStream
from hepml.options import Options

Size = Annotated[int, pydantic.Field(gt=0)]
Merge = Literal["maximum", "concatenation"]


class ViewOptions(Options):
    """What all backbones on several views have in common; a backbone sets its own defaults."""

    views: list[str] = pydantic.Field(
        [], description="Names of the views that are read, which come after the input's in the batch; default: all"
    )
    share_towers: bool = pydantic.Field(
        False, description="One tower's weights for all views, which then need the same number of channels"
    )
    merge: Merge = pydantic.Field("concatenation", description="How the views' features become one image")
    norm: Norm = pydantic.Field(
        "batch", description="After convolutions: over the batch, or in each example over groups of channels, or all"
    )
    dense: list[Size] = pydantic.Field([], max_length=6, description="Fully connected layers after the pooling")
    dropout: float = pydantic.Field(0.0, ge=0, lt=1, description="Before and after each fully connected layer")
    normalise: Literal["pixel", "channel", "none"] = pydantic.Field(
        "channel", description="Divide inputs by the σ of each pixel, where it is known, of each channel, or not"
    )
    compress: Literal["root", "log", "none"] = pydantic.Field(
        "none", description="Shrink bright pixels; needless where the representation has a logarithm"
    )
    augment: PixelAugmentOptions | None = pydantic.Field(None, description="Random changes of the training maps")
    weight_average: float = pydantic.Field(0.998, ge=0, lt=1, description="Momentum of the average over steps; 0: none")


def merged_views(
    options: ViewOptions,
    arrays: Mapping[str, ArraySpec],
    inputs: Mapping[str, Any],
    tower: Callable[[Any], Any],
    seeds: SeedStream,
) -> Any:
    """Return the views as one image, shape (n, rows, columns, channels), each having gone through a tower.

    Parameters
    ----------
    options : ViewOptions
        Of the backbone.
    arrays : mapping of str to ArraySpec
        The views, by batch name.
    inputs : mapping of str to Keras tensor
        Raw images, shape (n, rows, columns, channels).
    tower : callable
        Image → image; new layers, with weights of their own, in each call.
    seeds : SeedStream
        Of the augmentation.

    Raises
    ------
    RecipeError
        The views have different shapes, or views are to be swapped that there are not.
    """
    check_views(arrays, share_towers=options.share_towers)
    raw = [inputs[name] for name in arrays]
    if options.augment is not None:
        raw = _augmented(options.augment, arrays, raw, seeds)
    images = [_prepared(options, name, spec, image) for (name, spec), image in zip(arrays.items(), raw, strict=True)]
    if len(images) == 1:
        return tower(images[0])
    if options.share_towers:
        from hepml.networks.view_layers import SplitViews, StackViews

        return _merged(SplitViews(len(images))(tower(StackViews()(images))), options.merge)
    return _merged([tower(image) for image in images], options.merge)


def check_views(arrays: Mapping[str, ArraySpec], *, share_towers: bool) -> None:
    """Refuse views that cannot be laid on top of one another.

    Raises
    ------
    RecipeError
        They differ in rows or columns, or in channels where towers are shared.
    """
    shapes = {name: spec.shape for name, spec in arrays.items()}
    if len({shape[:2] for shape in shapes.values()}) > 1:
        msg = (
            f"views are merged pixel by pixel and need the same rows and columns, found {_words(shapes)}: give all of "
            "them the same window and pooling"
        )
        raise RecipeError(msg)
    if share_towers and len(set(shapes.values())) > 1:
        msg = (
            f"views that share a tower need the same channels, found {_words(shapes)}: set share_towers: false, or "
            "give all of them the same channels"
        )
        raise RecipeError(msg)


def pooled_features(options: ViewOptions, x: Any, seeds: SeedStream) -> Any:
    """Return the features, shape (n, f): the mean of each channel, then the dense layers."""
    keras = import_keras()

    def dropped(values: Any) -> Any:
        return keras.layers.Dropout(options.dropout, seed=seeds.next())(values) if options.dropout else values

    x = dropped(keras.layers.GlobalAveragePooling2D()(x))
    for width in options.dense:
        start = keras.initializers.HeNormal(seed=seeds.next())
        x = dropped(keras.layers.Dense(width, activation="relu", kernel_initializer=start)(x))
    return x


def view_normalisation(options: ViewOptions, _spec: ArraySpec, moments: Moments) -> Normalisation:
    """Return the constants of a view's normalisation; empty pixels stay empty."""
    return image_normalisation(moments, per=options.normalise)


def _augmented(
    options: PixelAugmentOptions, arrays: Mapping[str, ArraySpec], raw: list[Any], seeds: SeedStream
) -> list[Any]:
    """Return the raw maps, changed at random in training; before they are normalised, which has the σ of real maps."""
    from hepml.networks.pixel_augmentation import PixelAugmentation

    beyond = sorted({place for pair in options.swap for place in pair if place >= len(raw)})
    if beyond:
        msg = f"augment.swap names view {beyond[0]}, and there are {len(raw)}, from 0 on: {', '.join(arrays)}"
        raise RecipeError(msg)
    log_charge = all(spec.features[:1] == ("log of charge [1]",) for spec in arrays.values())
    settings = options.model_dump() | ({"log_charge": log_charge} if options.log_charge is None else {})
    changed = PixelAugmentation(**settings, seed=seeds.next())(raw)
    return list(changed)


def _prepared(options: ViewOptions, name: str, spec: ArraySpec, image: Any) -> Any:
    from hepml.networks.layers import Compress, Standardise

    x = Standardise(spec.moments_shape, name=standardise_name(name))(image)
    return x if options.compress == "none" else Compress(options.compress)(x)


def _merged(views: list[Any], merge: Merge) -> Any:
    layers = import_keras().layers
    return layers.Maximum()(views) if merge == "maximum" else layers.Concatenate()(views)


def _words(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items())
