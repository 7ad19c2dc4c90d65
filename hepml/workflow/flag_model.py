"""What flags lumisections: a model that scores files, and the good lumisections that its thresholds come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hepml.contracts import ScoredHistograms


@dataclass(frozen=True)
class FlagModel:
    """A model as `flag` needs it.

    Attributes
    ----------
    name : str
        For titles.
    identity : str
        Another one means other scores: what is kept in a folder is then of no use.
    subsystems : mapping of str to str
        By histogram, in the order of the page.
    score : callable
        File → scores of its lumisections, block by block.
    good : callable
        → scores of good lumisections that no model was trained on.
    """

    name: str
    identity: str
    subsystems: Mapping[str, str]
    score: Callable[[Path], Iterator[ScoredHistograms]]
    good: Callable[[], Iterator[ScoredHistograms]]
