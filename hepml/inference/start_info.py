"""What a run knows about the run that its networks started from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class StartInfo:
    """Where the networks of a run started; no path, so that runs may be moved.

    Attributes
    ----------
    name, estimator : str
        Of the other run.
    dataset_digest : str
        Content of the dataset that it was trained on.
    split : mapping
        The split of that training.
    weights : mapping of str to str
        SHA-256 of the model file of each of its members, by member name.
    options : mapping
        How it was started from: what is frozen, which normalisation and heads are kept.
    before : StartInfo, optional
        Where the other run started itself.
    """

    name: str
    estimator: str
    dataset_digest: str
    split: Mapping[str, Any]
    weights: Mapping[str, str]
    options: Mapping[str, Any]
    before: StartInfo | None = None

    def chain(self) -> Iterator[StartInfo]:
        """Yield this start, the one before it, and so on."""
        yield self
        if self.before is not None:
            yield from self.before.chain()
