"""The convolutional visual network as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.cvn import CVN, CvnOptions


class VisualNetwork(Network):
    """A tower of bottleneck blocks per view, their maximum, and a trunk (1604.01444)."""

    Options = CvnOptions
    roles: ClassVar[frozenset[str]] = frozenset({"image"})
    backbone: ClassVar[Backbone] = CVN
