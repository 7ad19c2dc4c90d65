"""Hits near a place: every hit of the window, each once, also across ±π."""

import numpy as np

from hepml.contracts import BarrelEvents
from hepml.tracking.hit_index import Windows, hits_near, index_hits


def events_of(event, layer, phi, z):
    offsets = np.searchsorted(event, np.arange(max(event) + 2))
    nobody = np.zeros(max(event) + 2, np.int64)
    layer, event = np.array(layer), np.array(event)
    return BarrelEvents(
        offsets, nobody, layer, np.array(phi), np.array(z, float), np.full(len(layer), -1), np.empty(0), np.empty(0)
    )


def window(event, phi, half_phi, z, half_z):
    return Windows(np.array([event]), *(np.array([value], float) for value in (phi, half_phi, z, half_z)))


def found(index, layer, windows):
    return sorted(hits_near(index, layer, windows)[1].tolist())


def test_windows_by_hand():
    events = events_of([0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [3.1, -3.1, 1.0, 3.1, 3.1], [0.0, 25.0, 0.0, 0.0, 0.0])
    index = index_hits(events, n_layers=2, chosen=np.ones(5, bool))
    assert found(index, 0, window(0, 3.1, 0.01, 0, 1)) == [0]  # neither the other layer nor the other event
    assert found(index, 0, window(0, 3.1, 0.2, 0, 30)) == [0, 1]  # across ±π
    assert found(index, 0, window(0, -3.14, 0.2, 0, 24.9)) == [0]
    assert found(index, 0, window(0, 0, 100, 0, 100)) == [0, 1, 2]
    assert found(index, 0, window(1, 3.1 + 4 * np.pi, 0.01, 0, 1)) == [4]  # turns do not matter
    assert found(index, 0, window(0, np.nan, 0.2, 0, 30)) == []


def test_hits_that_are_not_chosen_are_not_found():
    events = events_of([0, 0], [0, 0], [1.0, 1.0], [0.0, 0.0])
    assert found(index_hits(events, n_layers=1, chosen=np.array([False, True])), 0, window(0, 1, 1, 0, 1)) == [1]


def test_no_hit_and_no_window():
    events = events_of([0], [0], [1.0], [0.0])
    empty = index_hits(events, n_layers=1, chosen=np.array([False]))
    assert found(empty, 0, window(0, 1, 1, 0, 1)) == []
    nowhere = Windows(np.empty(0, np.int64), *(np.empty(0) for _ in range(4)))
    assert hits_near(empty, 0, nowhere)[1].tolist() == []


def test_all_windows_agree_with_a_look_at_every_hit():
    rng = np.random.default_rng(1)
    n, n_windows = 500, 200
    phi, z = rng.uniform(-np.pi, np.pi, n), rng.uniform(-100, 100, n)
    events = events_of(np.sort(rng.integers(0, 3, n)), rng.integers(0, 2, n), phi, z)
    windows = Windows(
        rng.integers(0, 3, n_windows),
        rng.uniform(-4, 4, n_windows),
        rng.uniform(0, 2, n_windows),
        rng.uniform(-120, 120, n_windows),
        rng.uniform(0, 40, n_windows),
    )
    off = np.abs(np.remainder(phi - windows.phi[:, None] + np.pi, 2 * np.pi) - np.pi)
    near = (off <= windows.half_phi[:, None]) & (np.abs(z - windows.z_cm[:, None]) <= windows.half_z_cm[:, None])
    near &= (events.event_of_hit == windows.event[:, None]) & (events.layer == 1)
    which, hit = hits_near(index_hits(events, n_layers=2, chosen=np.ones(n, bool)), 1, windows)
    assert np.all(np.diff(which) >= 0)
    assert sorted(zip(which, hit, strict=True)) == list(zip(*np.nonzero(near), strict=True))
