"""The fully connected network as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.dnn import DNN, DnnOptions


class DenseNetwork(Network):
    """A fully connected network on tables."""

    Options = DnnOptions
    roles: ClassVar[frozenset[str]] = frozenset({"table"})
    backbone: ClassVar[Backbone] = DNN
