"""A track is the particle with more than half of its hits."""

from track_events import tracks_of, two_events

from hepml.evaluation import match_tracks


def test_matches_by_hand():
    events = two_events()
    hits = [
        [0, 1, 2, 8],  # three of particle 0, and noise
        [4, 1, 6, 3],  # half and half: nobody
        [-1, 5, 6, 7],  # particle 1
        [4, 5, 2, 7],  # particle 1 again, with as many hits of it: the one before stays
        [-1, -1, -1, 8],  # noise
        [9, 10, 11, 12],
    ]
    matched = match_tracks(tracks_of(events, hits), events)
    assert matched.particle.tolist() == [0, -1, 1, 1, -1, 2]
    assert matched.n_right.tolist() == [3, 0, 3, 3, 0, 4]
    assert matched.duplicate.tolist() == [False, False, False, True, False, False]
    assert matched.fake.tolist() == [False, True, False, False, True, False]
    assert matched.found.tolist() == [True, True, True]


def test_a_duplicate_is_the_one_with_fewer_hits_of_the_particle():
    events = two_events()
    matched = match_tracks(tracks_of(events, [[0, 1, 2, -1], [0, 1, 2, 3]]), events)
    assert matched.duplicate.tolist() == [True, False]


def test_no_tracks():
    events = two_events()
    matched = match_tracks(tracks_of(events, []), events)
    assert len(matched.particle) == 0
    assert matched.found.tolist() == [False, False, False]
