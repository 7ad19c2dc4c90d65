"""What the fit remembers from epoch to epoch: the history, the best epoch, when to stop, when to halve the rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hepml.contracts import Epoch
from hepml.recipe import Training


@dataclass
class Progress:
    """The state of a fit apart from its arrays; plain JSON through `as_json` and `from_json`.

    Attributes
    ----------
    history : list of Epoch
        One per finished epoch.
    best_loss : float
        Least value so far of the figure that is watched, the validation loss of most; infinite without one.
    best_epoch : int
        Its epoch; −1 before the first.
    waited, reductions : int
        ``plateau``: epochs since the last improvement or halving, and the halvings.
    finished : bool
        Nothing is left to do.
    """

    history: list[Epoch] = field(default_factory=list)
    best_loss: float = math.inf
    best_epoch: int = -1
    waited: int = 0
    reductions: int = 0
    finished: bool = False

    def record(self, epoch: Epoch, training: Training, *, watched: str = "validation_loss") -> bool:
        """Take an epoch in; return whether its weights are kept: it is the best so far, or the last is wanted.

        Without the figure that is `watched` every epoch is kept in the place of the one before.
        """
        self.history.append(epoch)
        loss = epoch.figures.get(watched)
        if loss is None:
            self.finished = epoch.index + 1 >= training.epochs
            return True
        return self._compare(epoch, loss, training) or training.keep == "last"

    def _compare(self, epoch: Epoch, loss: float, training: Training) -> bool:
        """Return whether it is the best so far; say whether it is enough, and halve the rate where it waited."""
        stopping = training.early_stopping
        enough = stopping.min_delta if stopping else 0.0
        better = loss < self.best_loss - enough or self.best_epoch < 0
        if better:
            self.best_loss, self.best_epoch, self.waited = loss, epoch.index, 0
        else:
            self.waited += 1
            if self.waited >= training.schedule.patience:
                self.waited, self.reductions = 0, self.reductions + 1
        stale = stopping is not None and epoch.index - self.best_epoch >= stopping.patience
        self.finished = stale or epoch.index + 1 >= training.epochs
        return better

    def as_json(self) -> dict[str, Any]:
        """Return the state as plain JSON; floats keep every bit."""
        values = asdict(self)
        values["history"] = [{"index": e.index, "figures": dict(e.figures)} for e in self.history]
        values["best_loss"] = None if math.isinf(self.best_loss) else self.best_loss
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Progress:
        """Rebuild what `as_json` returned."""
        history = [Epoch(e["index"], e["figures"]) for e in values["history"]]
        best = math.inf if values["best_loss"] is None else values["best_loss"]
        rest = {key: values[key] for key in ("best_epoch", "waited", "reductions", "finished")}
        return cls(history=history, best_loss=best, **rest)
