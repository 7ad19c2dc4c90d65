"""A small residual convolutional network on images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import pydantic

from hepml.contracts import ArraySpec, Moments, Normalisation
from hepml.networks.backbone import Backbone, standardise_name
from hepml.networks.keras_import import import_keras
from hepml.networks.normalisation import image_normalisation
from hepml.networks.seeds import SeedStream
from hepml.options import Options


class AugmentOptions(Options):
    """Random moves of the training images."""

    reflect: bool = pydantic.Field(True, description="Mirror each axis with probability one half")
    rotation_deg: float = pydantic.Field(0.0, ge=0, le=180, description="Largest rotation, in degrees")
    shift_pixels: float = pydantic.Field(0.0, ge=0, description="Largest shift along each axis, in pixels")


class CnnOptions(Options):
    """Options of the convolutional network."""

    filters: list[int] = pydantic.Field(
        [16, 32, 64],
        min_length=1,
        max_length=8,
        description="Filters of each stage; each after the first halves the image",
    )
    blocks: list[int] | int = pydantic.Field(
        1, description="Residual blocks in each stage: one number, or one per stage"
    )
    kernel: Literal[3, 5, 7] = pydantic.Field(3, description="Of all convolutions but the first")
    first_kernel: Literal[3, 5, 7, 9] = 5
    first_stride: Literal[1, 2, 4] = pydantic.Field(2, description="2 halves the image at once: four times cheaper")
    dense: list[int] = pydantic.Field([64], max_length=6, description="Fully connected layers after the pooling")
    dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    pooling: Literal["average", "maximum", "both", "flatten"] = pydantic.Field(
        "both", description="How the last stage's image becomes features"
    )
    normalise: Literal["pixel", "channel", "none"] = pydantic.Field(
        "channel", description="Divide by the σ of each pixel, of each channel, or not"
    )
    compress: Literal["root", "log", "none"] = pydantic.Field("root", description="Shrink bright pixels")
    augment: AugmentOptions | None = AugmentOptions()
    weight_average: float = pydantic.Field(0.998, ge=0, lt=1, description="Momentum of the average over steps; 0: none")

    @property
    def blocks_by_stage(self) -> list[int]:
        """Residual blocks in each stage."""
        return [self.blocks] * len(self.filters) if isinstance(self.blocks, int) else self.blocks

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if any(size <= 0 for size in [*self.filters, *self.dense]) or min(self.blocks_by_stage) < 0:
            msg = "filters and dense must be positive, blocks 0 or more"
            raise ValueError(msg)
        if len(self.blocks_by_stage) != len(self.filters):
            msg = f"blocks has {len(self.blocks_by_stage)} stages and filters {len(self.filters)}: give one for each"
            raise ValueError(msg)
        return self


def build_cnn(
    options: CnnOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, f): a tower per image, pooled and side by side, then the dense layers."""
    keras = import_keras()
    towers = [_tower(options, name, spec, inputs[name], seeds) for name, spec in arrays.items()]
    x = keras.layers.Concatenate()(towers) if len(towers) > 1 else towers[0]
    for width in options.dense:
        x = keras.layers.Dropout(options.dropout, seed=seeds.next())(x) if options.dropout else x
        x = keras.layers.Dense(
            width, activation="relu", kernel_initializer=keras.initializers.HeNormal(seed=seeds.next())
        )(x)
    return keras.layers.Dropout(options.dropout, seed=seeds.next())(x) if options.dropout else x


def _tower(options: CnnOptions, name: str, spec: ArraySpec, image: Any, seeds: SeedStream) -> Any:
    """Return the pooled features of one image."""
    from hepml.networks.layers import Compress, RandomMove, Standardise

    x = Standardise(spec.moments_shape, name=standardise_name(name))(image)
    if options.compress != "none":
        x = Compress(options.compress)(x)
    if options.augment is not None:
        moves = options.augment
        x = RandomMove(moves.reflect, moves.rotation_deg, moves.shift_pixels, seed=seeds.next())(x)
    for stage, (filters, blocks) in enumerate(zip(options.filters, options.blocks_by_stage, strict=True)):
        first = stage == 0
        kernel, stride = (options.first_kernel, options.first_stride) if first else (options.kernel, 2)
        x = _convolution(x, filters, kernel, seeds, stride=stride)
        for _ in range(blocks):
            x = _residual(x, filters, options.kernel, seeds)
    return _pooled(options, x)


def _convolution(
    x: Any, filters: int, kernel: int, seeds: SeedStream, *, stride: int = 1, activate: bool = True
) -> Any:
    """Convolution → batch normalisation → ReLU."""
    keras = import_keras()
    x = keras.layers.Conv2D(
        filters,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer=keras.initializers.HeNormal(seed=seeds.next()),
    )(x)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    return keras.layers.Activation("relu")(x) if activate else x


def _residual(x: Any, filters: int, kernel: int, seeds: SeedStream) -> Any:
    """Two convolutions beside the identity (1512.03385)."""
    keras = import_keras()
    inner = _convolution(x, filters, kernel, seeds)
    inner = _convolution(inner, filters, kernel, seeds, activate=False)
    return keras.layers.Activation("relu")(keras.layers.Add()([x, inner]))


def _pooled(options: CnnOptions, x: Any) -> Any:
    """Image → features."""
    layers = import_keras().layers
    if options.pooling == "flatten":
        return layers.Flatten()(x)
    average, maximum = layers.GlobalAveragePooling2D(), layers.GlobalMaxPooling2D()
    if options.pooling == "both":
        return layers.Concatenate()([average(x), maximum(x)])
    return (average if options.pooling == "average" else maximum)(x)


def _normalisation(options: CnnOptions, _spec: ArraySpec, moments: Moments) -> Normalisation:
    return image_normalisation(moments, per=options.normalise)


CNN = Backbone(build=build_cnn, normalisation=_normalisation)
