"""The network of self-attention as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.attention import ATTENTION, AttentionOptions
from hepml.networks.backbone import Backbone


class AttentionNetwork(Network):
    """Self-attention on sequences, in no order."""

    Options = AttentionOptions
    roles: ClassVar[frozenset[str]] = frozenset({"sequence", "mask"})
    backbone: ClassVar[Backbone] = ATTENTION
