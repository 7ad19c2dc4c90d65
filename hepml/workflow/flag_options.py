"""What `flag` may be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FlagOptions:
    """Options of `flag`, whatever brings the files.

    Attributes
    ----------
    false_alarm_rate : float
        Good lumisections that may be flagged, per lumisection and histogram.
    extrapolate : bool
        Whether the tail of the scores may be continued where good lumisections are too few for the rate.
    known : Path, optional
        File of known problems.
    gap : int
        Good lumisections between two flags of one incident, at most.
    masked_is_golden : bool
        Whether lumisections with nothing worse than known problems are in the golden JSON.
    most_maps : int
        Lumisections whose maps are on the page, at most.
    """

    false_alarm_rate: float = 0.001
    extrapolate: bool = False
    known: Path | None = None
    gap: int = 2
    masked_is_golden: bool = False
    most_maps: int = 200
