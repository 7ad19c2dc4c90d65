"""The network that follows a straight track as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.line_follower import LINE_FOLLOWER, LineFollowerOptions


class LineFollower(Network):
    """A recurrent network on a window along the line through the first hits of a track."""

    Options = LineFollowerOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"next_item"})
    losses: ClassVar[frozenset[str]] = frozenset({"sparse_categorical_crossentropy"})
    roles: ClassVar[frozenset[str]] = frozenset({"image"})
    several_outputs: ClassVar[bool] = False
    backbone: ClassVar[Backbone] = LINE_FOLLOWER
