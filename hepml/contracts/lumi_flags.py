"""What is kept of the score of one histogram in one lumisection, and the flag that it gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

Status: TypeAlias = Literal["good", "bad", "not enough statistics", "masked"]
"""``masked``: bad, and all that is bad about it is a known problem."""

STATUSES: tuple[Status, ...] = get_args(Status)

Key: TypeAlias = tuple[int, int, str]
"""Run, lumisection, histogram."""


@dataclass(frozen=True)
class LumiMaps:
    """The maps behind a score, each of shape (rows, columns); NaN where a cell is masked or nothing is known."""

    observed: NDArray[np.float32]
    expected: NDArray[np.float32]
    pull: NDArray[np.float32]


@dataclass(frozen=True)
class LumiScore:
    """One histogram of one lumisection as a model has scored it.

    Attributes
    ----------
    run, lumi : int
        Which.
    histogram : str
        Name of the map.
    shape : (int, int)
        Rows and columns of the map.
    score : float
        Higher is worse; NaN where nothing can be said.
    enough : bool
        Whether there are entries enough to call it good or bad.
    entries : float
        Sum of the counts of live cells.
    cells : array of int32
        Marked cells as row × columns + column, increasing.
    has_maps : bool
        Whether the maps behind it are kept for a page.
    maps : LumiMaps, optional
        These, where they are in memory.
    """

    run: int
    lumi: int
    histogram: str
    shape: tuple[int, int]
    score: float
    enough: bool
    entries: float
    cells: NDArray[np.int32]
    has_maps: bool = False
    maps: LumiMaps | None = None

    @property
    def key(self) -> Key:
        """Run, lumisection, histogram."""
        return self.run, self.lumi, self.histogram


@dataclass(frozen=True)
class LumiFlag:
    """The flag of one histogram in one lumisection.

    Attributes
    ----------
    run, lumi : int
        Which.
    histogram : str
        Name of the map.
    shape : (int, int)
        Rows and columns of the map.
    score, threshold : float
        Bad where the score is above the threshold.
    status : str
        One of `STATUSES`.
    entries : float
        Sum of the counts of live cells.
    cells : array of int32
        Where the fault is, as row × columns + column; none where the flag is neither bad nor masked.
    who, why : str
        Of the known problems that mask it.
    incident : int
        Number of the incident that it belongs to, from 1; 0 where it belongs to none.
    """

    run: int
    lumi: int
    histogram: str
    shape: tuple[int, int]
    score: float
    threshold: float
    status: Status
    entries: float
    cells: NDArray[np.int32]
    who: str = ""
    why: str = ""
    incident: int = 0

    @property
    def key(self) -> Key:
        """Run, lumisection, histogram."""
        return self.run, self.lumi, self.histogram


@dataclass(frozen=True)
class Incident:
    """Flags that are probably one fault.

    Attributes
    ----------
    number : int
        From 1, in the order of runs and lumisections.
    run, first_lumi, last_lumi : int
        When.
    histograms : tuple of str
        In which.
    n_flags : int
        How many flags.
    peak_score : float
        The highest score.
    peak : Key
        The flag that has it.
    cells : array of int32
        Marked in at least half of its lumisections, as row × columns + column.
    status : str
        ``masked`` where all its flags are, else ``bad``.
    """

    number: int
    run: int
    first_lumi: int
    last_lumi: int
    histograms: tuple[str, ...]
    n_flags: int
    peak_score: float
    peak: Key
    cells: NDArray[np.int32]
    status: Status


@dataclass(frozen=True)
class Threshold:
    """The score above which a histogram is bad, from lumisections that are known to be good.

    Attributes
    ----------
    histogram : str
        Name of the map.
    value : float
        Bad where score > value.
    value_low, value_high : float
        A 68% interval of the value that gives exactly the rate.
    wanted_rate : float
        False alarms per lumisection and histogram that were asked for.
    rate, rate_low, rate_high : float
        The rate that `value` is expected to give, and its 68% interval.
    n : int
        Good lumisections that it stands on.
    method : {"order statistic", "largest score", "exponential tail"}
        How it was found; ``largest score`` where the lumisections are too few for the wanted rate.
    """

    histogram: str
    value: float
    value_low: float
    value_high: float
    wanted_rate: float
    rate: float
    rate_low: float
    rate_high: float
    n: int
    method: Literal["order statistic", "largest score", "exponential tail"]


@dataclass(frozen=True)
class FlagRates:
    """What has become of the lumisections of one kind, where the truth is known; (value, error) each, NaN where none.

    Attributes
    ----------
    kind : str
        Of fault, or of good lumisections.
    is_fault : bool
        Whether they should have been flagged.
    n : int
        Lumisections and histograms that were scored.
    flagged : (float, float)
        Share of them that is flagged.
    found : (float, float)
        Mean share of the injected cells that is marked, where flagged.
    wrong : (float, float)
        Mean share of the marked cells that is not injected, where flagged.
    """

    kind: str
    is_fault: bool
    n: int
    flagged: tuple[float, float]
    found: tuple[float, float]
    wrong: tuple[float, float]
