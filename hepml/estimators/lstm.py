"""The recurrent network as an estimator."""

from __future__ import annotations

from typing import ClassVar

from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.lstm import LSTM, LstmOptions


class RecurrentNetwork(Network):
    """A recurrent network on sequences, also with an output for each item."""

    Options = LstmOptions
    tasks: ClassVar[frozenset[str]] = Network.tasks | {"next_item"}
    roles: ClassVar[frozenset[str]] = frozenset({"sequence", "mask"})
    backbone: ClassVar[Backbone] = LSTM
