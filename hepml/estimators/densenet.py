"""The densely connected network as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.densenet import DENSENET, DensenetOptions


class DenselyConnectedNetwork(Network):
    """A densely connected network on one or several views (1608.06993)."""

    Options = DensenetOptions
    roles: ClassVar[frozenset[str]] = frozenset({"image"})
    backbone: ClassVar[Backbone] = DENSENET
