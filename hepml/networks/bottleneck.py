"""The inverted bottleneck: wide and cheap inside, narrow between blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hepml.networks.convolution import Norm, convolve, convolve_depthwise, norm_layer
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.squeeze_excite import squeeze_excite


@dataclass(frozen=True, kw_only=True)
class BottleneckStyle:
    """What all bottleneck blocks of a network have in common.

    Attributes
    ----------
    expansion : int
        Channels inside the block, in units of the channels that come in.
    kernel : int
        Of the depthwise convolution.
    squeeze_ratio : int
        Of the squeeze-and-excite inside; 0 for none.
    residual : bool
        Whether a block is beside the identity where as many channels go out as come in.
    norm : str
        Normalisation after each convolution.
    activation : str
        After the first two convolutions; the projection is linear, for ReLU would lose what few channels hold.
    """

    expansion: int
    kernel: int
    squeeze_ratio: int
    residual: bool
    norm: Norm
    activation: str


def bottleneck(x: Any, filters: int, style: BottleneckStyle, seeds: SeedStream) -> Any:
    """1×1 convolution to more channels → depthwise → squeeze-and-excite → 1×1 to `filters` (1801.04381)."""
    incoming = int(x.shape[-1])
    y = convolve(x, style.expansion * incoming, 1, seeds)
    y = norm_layer(y, style.norm, activation=style.activation)
    y = convolve_depthwise(y, style.kernel, seeds)
    y = norm_layer(y, style.norm, activation=style.activation)
    y = squeeze_excite(y, style.squeeze_ratio, seeds)
    y = norm_layer(convolve(y, filters, 1, seeds), style.norm)
    return import_keras().layers.Add()([x, y]) if style.residual and filters == incoming else y
