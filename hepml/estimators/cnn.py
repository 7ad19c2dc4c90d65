"""The convolutional network as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.cnn import CNN, CnnOptions


class ConvolutionalNetwork(Network):
    """A small residual convolutional network on images."""

    Options = CnnOptions
    roles: ClassVar[frozenset[str]] = frozenset({"image"})
    backbone: ClassVar[Backbone] = CNN
