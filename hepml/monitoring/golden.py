"""The golden JSON: lumisections whose every histogram is good, as analyses read it, and a mask of events from it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import WHOLE_RUN, LumiFlag, Status
from hepml.errors import InputError

GOLDEN_FILE = "golden.json"

Ranges = dict[str, list[list[int]]]

_NAMES = (("run", "luminosityBlock"), ("run", "lumi"))


def golden_lumisections(
    flags: Iterable[LumiFlag], *, histograms: Iterable[str], masked_too: bool = False
) -> dict[int, list[int]]:
    """Return, by run, the lumisections in which every histogram is there and good.

    Parameters
    ----------
    flags : iterable of LumiFlag
        All of them.
    histograms : iterable of str
        Those that a lumisection must have: one without a histogram is not known to be good.
    masked_too : bool
        Whether flags that are masked as known problems count as good.
    """
    fine: set[Status] = {"good", "masked"} if masked_too else {"good"}
    wanted, good = frozenset(histograms), dict[tuple[int, int], set[str]]()
    for flag in flags:
        here = good.setdefault((flag.run, flag.lumi), set())
        if flag.status in fine:
            here.add(flag.histogram)
    golden: dict[int, list[int]] = {}
    for run, lumi in sorted(key for key, names in good.items() if key[1] != WHOLE_RUN and names >= wanted):
        golden.setdefault(run, []).append(lumi)
    return golden


def golden_ranges(lumisections: Mapping[int, Iterable[int]]) -> Ranges:
    """Return ``{"run": [[first, last], …]}``, inclusive.

    Examples
    --------
    >>> golden_ranges({7: [1, 2, 3, 6]})
    {'7': [[1, 3], [6, 6]]}
    """
    ranges: Ranges = {}
    for run, lumis in sorted(lumisections.items()):
        joined: list[list[int]] = []
        for lumi in sorted(lumis):
            if joined and lumi == joined[-1][1] + 1:
                joined[-1][1] = lumi
            else:
                joined.append([lumi, lumi])
        ranges[str(run)] = joined
    return ranges


def golden_text(ranges: Ranges) -> str:
    """Return the JSON, one run a line."""
    lines = [f"{json.dumps(run)}: {json.dumps(pairs)}" for run, pairs in ranges.items()]
    return "{" + ",\n ".join(lines) + "}\n"


class GoldenMask:
    """Tells which events are of golden lumisections, inside any coffea processor; it travels to workers.

    The JSON is read once, where the mask is made.

    Parameters
    ----------
    path : str or Path
        A golden JSON, or an output folder of ``hepml flag``.

    Raises
    ------
    InputError
        There is no such file, or it is no golden JSON.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "golden.json"
    >>> _ = file.write_text(golden_text({"7": [[1, 3]]}))
    >>> GoldenMask(file)({"run": np.array([7, 7, 8]), "lumi": np.array([3, 4, 1])}).tolist()
    [True, False, False]
    """

    def __init__(self, path: str | Path) -> None:
        place = Path(path).expanduser()
        self.path = str((place / GOLDEN_FILE if place.is_dir() else place).resolve())
        self._text = _checked(self.path)

    @cached_property
    def _lumi_mask(self) -> Any:
        from coffea.lumi_tools import LumiMask

        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:  # it takes a file only
            file.write(self._text)
            file.flush()
            return LumiMask(file.name)

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "_text": self._text}

    def __call__(self, events: Any) -> NDArray[np.bool_]:
        """Return which events are golden; they have ``run``, and ``luminosityBlock`` or ``lumi``.

        Raises
        ------
        InputError
            They have neither.
        """
        fields = getattr(events, "fields", None) or list(events)
        for run, lumi in _NAMES:
            if run in fields and lumi in fields:
                pair = (np.asarray(events[name]).astype(np.uint32) for name in (run, lumi))
                return np.asarray(self._lumi_mask(*pair), np.bool_)
        msg = f"events have no run with luminosityBlock or lumi, but {', '.join(sorted(fields)[:8])}: keep them"
        raise InputError(msg)


def _checked(path: str) -> str:
    """Return the text of a golden JSON."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        ranges = json.loads(text)
        fits = isinstance(ranges, dict) and all(
            run.isdigit() and all(1 <= first <= last for first, last in pairs) for run, pairs in ranges.items()
        )
    except (OSError, ValueError, TypeError) as problem:
        msg = f"{path}: cannot be read as a golden JSON ({' '.join(str(problem).split())[:120]}): check the file"
        raise InputError(msg) from None
    if not fits:
        msg = f'{path}: a golden JSON is {{"run": [[first, last], …]}} with 1 ≤ first ≤ last: check the file'
        raise InputError(msg)
    return text
