"""A densely connected network (1608.06993) with a branch per view: each layer reads all layers before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import pydantic

from hepml.contracts import ArraySpec
from hepml.networks.backbone import Backbone
from hepml.networks.convolution import convolve, norm_layer
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.views import Size, ViewOptions, merged_views, pooled_features, view_normalisation

Layers = Annotated[int, pydantic.Field(ge=1, le=64)]


class DensenetOptions(ViewOptions):
    """Options of the densely connected network.

    The defaults have 0.1 million weights for two views; DenseNet-121 is ``growth: 32, layers: [6, 12, 24, 16]``.
    """

    growth: Size = pydantic.Field(8, description="Channels that each layer adds")
    layers: list[Layers] = pydantic.Field(
        [3, 5, 7, 4], min_length=1, max_length=8, description="Layers in each dense block; blocks are pooled in between"
    )
    branch_blocks: int = pydantic.Field(1, ge=0, description="Dense blocks of each view before the merge")
    compression: float = pydantic.Field(0.5, gt=0, le=1, description="Share of the channels kept between blocks")
    bottleneck: int = pydantic.Field(
        4, ge=0, le=16, description="Channels of the 1×1 convolution before each 3×3, in units of growth; 0: none"
    )
    stem_filters: Size | None = pydantic.Field(
        None, description="Channels of the first convolution; default: twice the growth"
    )
    stem_kernel: Literal[3, 5, 7, 9] = 7
    stem_stride: Literal[1, 2, 4] = pydantic.Field(2, description="2 halves the image at once: four times cheaper")
    stem_pool: Literal[1, 2, 4] = pydantic.Field(2, description="Maximum pooling after the first convolution; 1: none")

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if self.branch_blocks > len(self.layers):
            msg = f"branch_blocks is {self.branch_blocks} of {len(self.layers)} blocks: merge after the last or before"
            raise ValueError(msg)
        return self


def build_densenet(
    options: DensenetOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, f).

    Raises
    ------
    RecipeError
        The views have different shapes.
    """
    x = merged_views(options, arrays, inputs, lambda image: _tower(options, image, seeds), seeds)
    for place in range(options.branch_blocks, len(options.layers)):
        x = _block(options, x, place, seeds)
    return pooled_features(options, norm_layer(x, options.norm, activation="relu"), seeds)


def _tower(options: DensenetOptions, image: Any, seeds: SeedStream) -> Any:
    """Return what is seen in one view."""
    filters = options.stem_filters or 2 * options.growth
    x = convolve(image, filters, options.stem_kernel, seeds, stride=options.stem_stride)
    x = norm_layer(x, options.norm, activation="relu")
    if options.stem_pool > 1:
        x = import_keras().layers.MaxPooling2D(3, strides=options.stem_pool, padding="same")(x)
    for place in range(options.branch_blocks):
        x = _block(options, x, place, seeds)
    return x


def _block(options: DensenetOptions, x: Any, place: int, seeds: SeedStream) -> Any:
    """Return the input and what each layer adds to it, side by side; before it, what joins it to the block before."""
    x = _transition(options, x, seeds) if place else x
    for _ in range(options.layers[place]):
        x = import_keras().layers.Concatenate()([x, _added(options, x, seeds)])
    return x


def _added(options: DensenetOptions, x: Any, seeds: SeedStream) -> Any:
    """Normalisation, ReLU and a 1×1, then the same and a 3×3 convolution."""
    y = norm_layer(x, options.norm, activation="relu")
    if options.bottleneck:
        y = convolve(y, options.bottleneck * options.growth, 1, seeds)
        y = norm_layer(y, options.norm, activation="relu")
    return convolve(y, options.growth, 3, seeds)


def _transition(options: DensenetOptions, x: Any, seeds: SeedStream) -> Any:
    """Fewer channels, and half the rows and columns."""
    kept = max(1, int(options.compression * int(x.shape[-1])))
    x = convolve(norm_layer(x, options.norm, activation="relu"), kept, 1, seeds)
    return import_keras().layers.AveragePooling2D(2, padding="same")(x)


DENSENET = Backbone(build=build_densenet, normalisation=view_normalisation)
