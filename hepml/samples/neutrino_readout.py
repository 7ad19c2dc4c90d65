"""From energy in cells to hits: photoelectrons or ADC counts, noise, threshold and saturation; all events at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.samples.event_deposits import Deposits
from hepml.samples.neutrino_detector import SCINTILLATOR, Detector

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NOISE_WINDOW_NS = 500.0
_NOISE_SCALE = 0.5  # mean of a noise signal above the threshold, in thresholds


@dataclass(frozen=True)
class _Signals:
    """Signals of many events, ordered by ``key`` = event · n_cells + cell."""

    key: Ints
    signal: Floats
    time_ns: Floats


def read_out(detector: Detector, deposits: Deposits, rng: np.random.Generator) -> ak.Array:
    """Return the hits of n events: lists of records, ordered by view, plane and cell, each cell once at most.

    Scintillator: ``view`` (int8), ``plane``, ``cell`` (int16), ``pe``, ``time_ns`` (float32).  Liquid argon: ``view``
    (int8), ``wire``, ``tick``, ``adc`` (int16).  Each kind of random number has a generator of its own, so that the
    hits of an event do not depend on how many events follow.
    """
    volume = detector.volume
    n_cells = volume.n_views * volume.n_planes * volume.n_cells
    n_events = len(deposits.count)
    of_signal, of_time, *of_noise = rng.spawn(6)
    key = np.repeat(np.arange(n_events), deposits.count) * n_cells + deposits.cell
    seen = _Signals(key, _signal(detector, deposits.light, of_signal), deposits.time_ns)
    merged = _merge(seen, _noise(detector, n_events, n_cells, of_noise))
    kept = merged.signal >= detector.threshold
    event, cell = np.divmod(merged.key[kept], n_cells)
    signal = np.minimum(merged.signal[kept], detector.saturation)
    time_ns = merged.time_ns[kept] + detector.time_sigma_ns * of_time.standard_normal(len(event))
    hits = _columns(detector, cell, signal, time_ns)
    return ak.unflatten(ak.zip(hits), np.bincount(event, minlength=n_events))


def _signal(detector: Detector, light_mev: Floats, rng: np.random.Generator) -> Floats:
    mean = detector.yield_per_mev * light_mev
    if detector.counting:
        return rng.poisson(mean).astype(float)
    return np.round(mean + detector.noise_sigma * rng.standard_normal(len(mean)))


def _noise(detector: Detector, n_events: int, n_cells: int, rngs: list[np.random.Generator]) -> _Signals:
    """Return noise hits: Poisson in number, in any cell, exponential above the threshold."""
    of_number, of_cell, of_signal, of_time = rngs
    number = of_number.poisson(detector.noise_hits, size=n_events)
    total = int(number.sum())
    key = np.repeat(np.arange(n_events), number) * n_cells + of_cell.integers(n_cells, size=total)
    signal = np.ceil(detector.threshold * (1 + _NOISE_SCALE * of_signal.standard_exponential(total)))
    return _Signals(key, signal, _NOISE_WINDOW_NS * of_time.random(total))


def _merge(one: _Signals, other: _Signals) -> _Signals:
    """Add the signals that share a cell; the time is that of the larger one."""
    key, signal, time_ns = (
        np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("key", "signal", "time_ns")
    )
    order = np.lexsort((-signal, key))
    key, signal, time_ns = key[order], signal[order], time_ns[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    total = np.add.reduceat(signal, first) if len(first) else signal
    return _Signals(key[first], total, time_ns[first])


def _columns(detector: Detector, index: Ints, signal: Floats, time_ns: Floats) -> dict[str, NDArray[Any]]:
    volume = detector.volume
    plane_and_view, cell = np.divmod(index, volume.n_cells)
    view, plane = np.divmod(plane_and_view, volume.n_planes)
    place = {"view": view.astype(np.int8)}
    if volume.kind == SCINTILLATOR:
        place |= {"plane": plane.astype(np.int16), "cell": cell.astype(np.int16)}
        return place | {"pe": signal.astype(np.float32), "time_ns": time_ns.astype(np.float32)}
    place |= {"wire": plane.astype(np.int16), "tick": cell.astype(np.int16)}
    return place | {"adc": signal.astype(np.int16)}
