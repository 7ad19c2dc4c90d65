"""The particle flow network as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.pfn import PFN, PfnOptions


class ParticleFlowNetwork(Network):
    """Deep sets on sequences, in no order."""

    Options = PfnOptions
    roles: ClassVar[frozenset[str]] = frozenset({"sequence", "mask"})
    backbone: ClassVar[Backbone] = PFN
