"""Building tracks: against the same algorithm as a loop over tracks, and how cost grows with the hits at one density.

Times are those of the processor: one core does the work.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from barrel_sample import barrel_sample
from measured import Ratio, paired
from slow_track_builder import build_slowly

from hepml.contracts import Barrel, BarrelEvents
from hepml.tracking import BuildOptions, HelixFilter, build_tracks

_PARTICLES = 50
_SIDE_BY_SIDE = 8


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios of track building; 200 events of 50 particles."""
    del folder, n_jets
    events, barrel = barrel_sample(200, particles=_PARTICLES)
    few = barrel_sample(4, particles=_PARTICLES)[0]
    kalman, options = HelixFilter(barrel), BuildOptions()
    build_tracks(few, barrel, kalman, options)  # compiles
    ratio, slow, fast = paired(
        lambda: build_slowly(few, barrel, kalman, options),
        lambda: build_tracks(events, barrel, kalman, options),
        n_pairs=n_pairs,
        clock=time.process_time,
    )
    per_event = events.n_events / few.n_events
    note = f"{1e3 * slow / few.n_events:.0f} and {1e3 * fast / events.n_events:.1f} ms per event of {_PARTICLES}"
    yield Ratio("tracks by a loop over tracks", "all tracks at once", ratio * per_event, 20.0, above=True, note=note)
    ratio, big, small = paired(
        lambda: build_tracks(events, barrel, kalman, options),
        lambda: build_tracks(barrel_sample(25, particles=_PARTICLES)[0], barrel, kalman, options),
        n_pairs=max(n_pairs, 5),
        clock=time.process_time,
    )
    note = f"{1e3 * big:.0f} and {1e3 * small:.0f} ms"
    yield Ratio("tracks of 8 times as many events, per hit", "of 25 events", ratio / 8, 1.3, note=note)
    wide, wider = side_by_side(events, barrel, _SIDE_BY_SIDE)
    longer = HelixFilter(wider)
    ratio, big, small = paired(
        lambda: build_tracks(wide, wider, longer, options.model_copy(update={"seeds": _anywhere(options)})),
        lambda: build_tracks(events, barrel, kalman, options),
        n_pairs=max(n_pairs, 5),
        clock=time.process_time,
    )
    note = f"{1e3 * big:.0f} and {1e3 * small:.0f} ms, {wide.n_events} events of {_SIDE_BY_SIDE * _PARTICLES}"
    what = f"tracks of events {_SIDE_BY_SIDE} times as long, per hit"
    yield Ratio(what, f"of events of {_PARTICLES} particles, as dense", ratio, 1.3, note=note)


def side_by_side(events: BarrelEvents, barrel: Barrel, n: int) -> tuple[BarrelEvents, Barrel]:
    """Return events that are n events beside one another along z, with the density of one, and a barrel as long."""
    half = barrel.half_length_cm
    place = np.arange(events.n_events) % n
    shift = (2 * place - (n - 1)) * half
    joined = BarrelEvents(
        events.hit_offsets[::n],
        events.particle_offsets[::n],
        events.layer,
        events.phi,
        events.z_cm + shift[events.event_of_hit],
        events.particle,
        events.pt_gev,
        events.eta,
    )
    return joined, barrel._replace(half_length_cm=n * half)


def _anywhere(options: BuildOptions) -> object:
    """Return the cuts on seeds without the one on where a track begins, which joined events do not obey."""
    return options.seeds.model_copy(update={"z0_cm": 1e9})
