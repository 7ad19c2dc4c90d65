"""Examples that a model has made, as a processor file turns them back into the branches of an ntuple."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import awkward as ak
from numpy.typing import NDArray


@dataclass(frozen=True)
class Generated:
    """Examples that a model has made, one row each.

    Attributes
    ----------
    inputs : mapping of str to awkward array with n rows
        By input, the columns that `examples` gives beside its representation: of what was made, and of the conditions.
    key : mapping of str to array of int, shape (n,)
        ``run``, ``lumi`` and ``event``: no two examples of a file have the same.
    """

    inputs: Mapping[str, ak.Array]
    key: Mapping[str, NDArray[Any]]

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.key["event"])
