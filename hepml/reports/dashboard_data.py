"""What the script of the page reads: flags by histogram and run, incidents, and maps as compressed whole numbers."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Incident, Key, LumiFlag, LumiMaps, Status
from hepml.contracts.dashboard import DashboardContent

LETTERS: Mapping[Status, str] = {"good": "g", "bad": "b", "not enough statistics": "n", "masked": "m"}

NOTHING = 65535
"""A count that is not there; of pulls 32767."""

PULL_STEP = 0.02
NO_PULL = 32767

_NOTHINGS = (NOTHING, NOTHING, NO_PULL)


def dashboard_json(content: DashboardContent) -> str:
    """Return the data as JSON that may stand inside a ``<script>`` element, whatever names it holds."""
    names = list(content.subsystems)
    keys = {key: _name_of(key, names) for key in content.maps}
    data = {
        "histograms": [_histogram(name, content) for name in names],
        "lumisections": _by_run(content.flags, names),
        "incidents": [_incident(one, names, content.flags) for one in content.incidents],
        "flags": {_name_of(flag.key, names): _details(flag) for flag in content.flags if flag.key in keys},
        "maps": {keys[key]: encode_maps(maps) for key, maps in content.maps.items()},
        "references": {_name_of(key, names): keys[good] for key, good in content.references.items() if good in keys},
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    # "</script>" and "<!--" would end or change the element.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _name_of(key: Key, names: Sequence[str]) -> str:
    return f"{key[0]}/{key[1]}/{names.index(key[2])}"


def _histogram(name: str, content: DashboardContent) -> dict[str, Any]:
    shape = next((flag.shape for flag in content.flags if flag.histogram == name), (1, 1))
    threshold = content.thresholds[name]
    return {
        "name": name,
        "subsystem": content.subsystems[name],
        "rows": shape[0],
        "columns": shape[1],
        "threshold": _number(threshold.value),
        "rate": _number(threshold.rate),
        "rate_low": _number(threshold.rate_low),
        "rate_high": _number(threshold.rate_high),
    }


def _by_run(flags: Iterable[LumiFlag], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return, by run, for each histogram its lumisections, their letters and scores."""
    runs: dict[int, list[dict[str, Any]]] = {}
    for flag in flags:
        here = runs.setdefault(flag.run, [{"lumi": [], "status": [], "score": []} for _ in names])
        place = here[names.index(flag.histogram)]
        place["lumi"].append(flag.lumi)
        place["status"].append(LETTERS[flag.status])
        place["score"].append(_number(flag.score))
    return [{"run": run, "of": [_joined(one) for one in runs[run]]} for run in sorted(runs)]


def _joined(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"status": "".join(one["status"])}


def _incident(incident: Incident, names: Sequence[str], flags: Iterable[LumiFlag]) -> dict[str, Any]:
    masking = next((flag for flag in flags if flag.incident == incident.number and flag.who), None)
    return {
        "number": incident.number,
        "run": incident.run,
        "first": incident.first_lumi,
        "last": incident.last_lumi,
        "histograms": [names.index(name) for name in incident.histograms],
        "flags": incident.n_flags,
        "score": _number(incident.peak_score),
        "peak": _name_of(incident.peak, names),
        "cells": len(incident.cells),
        "status": LETTERS[incident.status],
        "who": masking.who if masking else "",
        "why": masking.why if masking else "",
    }


def _details(flag: LumiFlag) -> dict[str, Any]:
    return {
        "entries": _number(flag.entries),
        "incident": flag.incident,
        "cells": flag.cells.tolist(),
        "who": flag.who,
        "why": flag.why,
    }


def _number(value: float) -> float | None:
    """Return a number with four digits; JSON has no NaN and no infinity."""
    if math.isnan(value):
        return None
    return float(f"{min(max(value, -1e300), 1e300):.4g}")


def encode_maps(maps: LumiMaps) -> dict[str, Any]:
    """Return observed and expected as whole numbers of 16 bits with their steps, then pulls, all deflated.

    Counts up to 65534 are exact; an empty string stands for what the model does not have.
    """
    observed, observed_step = _counts(maps.observed)
    expected, expected_step = _counts(maps.expected, exact=False)
    pull = np.where(np.isfinite(maps.pull), np.clip(np.rint(maps.pull / PULL_STEP), -32766, 32766), NO_PULL)
    planes = [observed, expected, pull.astype("<i2")]
    return {
        "data": _packed(planes),
        "steps": [observed_step, expected_step, PULL_STEP],
        "has": [
            bool((plane != nothing).any()) for plane, nothing in zip(planes, (NOTHING, NOTHING, NO_PULL), strict=True)
        ],
    }


def _counts(counts: NDArray[np.float32], *, exact: bool = True) -> tuple[NDArray[np.uint16], float]:
    there = np.isfinite(counts)
    largest = float(counts[there].max(initial=0.0))
    step = 1.0 if exact and largest <= NOTHING - 1 else max(largest, 1e-30) / (NOTHING - 1)
    whole = np.where(there, np.clip(np.rint(counts / step), 0, NOTHING - 1), NOTHING)
    return whole.astype("<u2"), step


def _packed(planes: Sequence[NDArray[Any]]) -> str:
    return base64.b64encode(zlib.compress(b"".join(plane.tobytes() for plane in planes), 6)).decode("ascii")
