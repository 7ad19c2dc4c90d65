"""A residual network with a branch per view, merged after some of its stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import pydantic

from hepml.contracts import ArraySpec
from hepml.networks.backbone import Backbone
from hepml.networks.convolution import convolve, norm_layer
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.squeeze_excite import squeeze_excite
from hepml.networks.views import Size, ViewOptions, merged_views, pooled_features, view_normalisation

Blocks = Annotated[int, pydantic.Field(ge=0, le=64)]


class ResnetOptions(ViewOptions):
    """Options of the residual network.

    The defaults are the shape of 2006.15052 at an eighth of its width and a quarter of its depth, 0.08 million weights.
    Its own network is ``filters: [64, 128, 256, 512], blocks: [3, 4, 6, 3], stem_filters: 64``: 22 million.
    """

    stem_filters: Size = pydantic.Field(8, description="Channels of the first convolution")
    stem_kernel: Literal[3, 5, 7, 9] = 7
    stem_stride: Literal[1, 2, 4] = pydantic.Field(2, description="2 halves the image at once: four times cheaper")
    stem_pool: Literal[1, 2, 4] = pydantic.Field(2, description="Maximum pooling after the first convolution; 1: none")
    filters: list[Size] = pydantic.Field(
        [8, 16, 32, 64], min_length=1, max_length=8, description="Channels of each stage; each after the first halves"
    )
    blocks: list[Blocks] | Blocks = pydantic.Field(
        1, description="Residual blocks in each stage: one number, or one per stage"
    )
    branch_stages: int = pydantic.Field(1, ge=0, description="Stages of each view before the merge")
    kernel: Literal[3, 5, 7] = pydantic.Field(3, description="Of all convolutions but the first")
    squeeze_ratio: int = pydantic.Field(16, ge=0, description="Of squeeze-and-excite; 0: a plain residual network")

    @property
    def stages(self) -> list[tuple[int, int]]:
        """Channels and blocks of each stage."""
        blocks = [self.blocks] * len(self.filters) if isinstance(self.blocks, int) else self.blocks
        return list(zip(self.filters, blocks, strict=True))

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if isinstance(self.blocks, list) and len(self.blocks) != len(self.filters):
            msg = f"blocks has {len(self.blocks)} stages and filters {len(self.filters)}: give one for each"
            raise ValueError(msg)
        if self.branch_stages > len(self.filters):
            msg = f"branch_stages is {self.branch_stages} of {len(self.filters)} stages: merge after the last or before"
            raise ValueError(msg)
        return self


def build_resnet(
    options: ResnetOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, f).

    Raises
    ------
    RecipeError
        The views have different shapes.
    """
    x = merged_views(options, arrays, inputs, lambda image: _tower(options, image, seeds), seeds)
    for place in range(options.branch_stages, len(options.stages)):
        x = _stage(options, x, place, seeds)
    return pooled_features(options, x, seeds)


def _tower(options: ResnetOptions, image: Any, seeds: SeedStream) -> Any:
    """Return what is seen in one view."""
    x = convolve(image, options.stem_filters, options.stem_kernel, seeds, stride=options.stem_stride)
    x = norm_layer(x, options.norm, activation="relu")
    if options.stem_pool > 1:
        x = import_keras().layers.MaxPooling2D(3, strides=options.stem_pool, padding="same")(x)
    for place in range(options.branch_stages):
        x = _stage(options, x, place, seeds)
    return x


def _stage(options: ResnetOptions, x: Any, place: int, seeds: SeedStream) -> Any:
    filters, blocks = options.stages[place]
    for block in range(blocks):
        x = _residual(options, x, filters, seeds, stride=2 if place and not block else 1)
    return x


def _residual(options: ResnetOptions, x: Any, filters: int, seeds: SeedStream, *, stride: int) -> Any:
    """Two convolutions and a gate (1709.01507) beside the identity, or a 1×1 where the shape changes (1512.03385)."""
    layers = import_keras().layers
    y = norm_layer(convolve(x, filters, options.kernel, seeds, stride=stride), options.norm, activation="relu")
    y = norm_layer(convolve(y, filters, options.kernel, seeds), options.norm)
    y = squeeze_excite(y, options.squeeze_ratio, seeds)
    if stride > 1 or int(x.shape[-1]) != filters:
        x = norm_layer(convolve(x, filters, 1, seeds, stride=stride), options.norm)
    return layers.Activation("relu")(layers.Add()([x, y]))


RESNET = Backbone(build=build_resnet, normalisation=view_normalisation)
