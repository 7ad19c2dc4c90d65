"""The residual network as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.resnet import RESNET, ResnetOptions


class ResidualNetwork(Network):
    """A residual network on one or several views (1512.03385, 2006.15052)."""

    Options = ResnetOptions
    roles: ClassVar[frozenset[str]] = frozenset({"image"})
    backbone: ClassVar[Backbone] = RESNET
