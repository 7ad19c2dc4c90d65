"""The convolutional visual network: a tower per view, their maximum, and a trunk, made of bottleneck blocks.

Two views of a neutrino event, one branch each and common layers after them, are the idea of 1604.01444; the blocks are
those of 1801.04381 with the gates of 1709.01507.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pydantic

from hepml.contracts import ArraySpec
from hepml.networks.backbone import Backbone
from hepml.networks.bottleneck import BottleneckStyle, bottleneck
from hepml.networks.convolution import convolve, norm_layer
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.views import Merge, Size, ViewOptions, merged_views, pooled_features, view_normalisation

Stage = Annotated[list[Size], pydantic.Field(max_length=16)]


class CvnOptions(ViewOptions):
    """Options of the convolutional visual network.

    The defaults are: a convolution 5×5 of stride 2 to 32 channels, bottlenecks 16 and 24 with average pooling between
    them, for each view; their maximum; bottlenecks 32 | 48, 64 | 96, 160 with average pooling 2×2 before each ``|`` and
    before the first; global average pooling; a dense layer of 1024.
    """

    stem_filters: Size = pydantic.Field(32, description="Channels of the first convolution")
    stem_kernel: Literal[3, 5, 7, 9] = 5
    stem_stride: Literal[1, 2, 4] = pydantic.Field(2, description="2 halves the image at once: four times cheaper")
    tower: list[Stage] = pydantic.Field(
        [[16], [24]], max_length=8, description="Channels of the bottlenecks of each view; stages are pooled in between"
    )
    trunk: list[Stage] = pydantic.Field(
        [[32], [48, 64], [96, 160]], max_length=8, description="The same after the merge; pooled before each stage"
    )
    expansion: int = pydantic.Field(6, ge=1, le=16, description="Channels inside a bottleneck, per channel coming in")
    kernel: Literal[3, 5, 7] = pydantic.Field(3, description="Of the depthwise convolutions")
    squeeze_ratio: int = pydantic.Field(16, ge=0, description="Of squeeze-and-excite; 0: none")
    residual: bool = pydantic.Field(
        True, description="Add a bottleneck's input to its output where as many channels go out as come in"
    )
    activation: Literal["relu", "relu6", "silu"] = pydantic.Field("relu6", description="Inside the bottlenecks")
    merge: Merge = pydantic.Field("maximum", description="How the views' features become one image")
    dense: list[Size] = pydantic.Field([1024], max_length=6, description="Fully connected layers after the pooling")

    @property
    def style(self) -> BottleneckStyle:
        """What all blocks have in common."""
        return BottleneckStyle(
            expansion=self.expansion,
            kernel=self.kernel,
            squeeze_ratio=self.squeeze_ratio,
            residual=self.residual,
            norm=self.norm,
            activation=self.activation,
        )


def build_cvn(
    options: CvnOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, f).

    Raises
    ------
    RecipeError
        The views have different shapes.
    """
    x = merged_views(options, arrays, inputs, lambda image: _tower(options, image, seeds), seeds)
    for stage in options.trunk:
        x = _stage(_halved(x), stage, options.style, seeds)
    return pooled_features(options, x, seeds)


def _tower(options: CvnOptions, image: Any, seeds: SeedStream) -> Any:
    """Return what is seen in one view."""
    x = convolve(image, options.stem_filters, options.stem_kernel, seeds, stride=options.stem_stride)
    x = norm_layer(x, options.norm, activation=options.activation)
    for place, stage in enumerate(options.tower):
        x = _stage(_halved(x) if place else x, stage, options.style, seeds)
    return x


def _stage(x: Any, stage: list[int], style: BottleneckStyle, seeds: SeedStream) -> Any:
    for filters in stage:
        x = bottleneck(x, filters, style, seeds)
    return x


def _halved(x: Any) -> Any:
    """Average over 2×2 pixels; with padding, an odd last row counts as well, and one pixel stays one."""
    return import_keras().layers.AveragePooling2D(2, padding="same")(x)


CVN = Backbone(build=build_cvn, normalisation=view_normalisation)
