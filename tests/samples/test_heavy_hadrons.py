"""Chains of decays written by hand: beam, quark, hadrons, and what they leave."""

import numpy as np

from hepml.samples.heavy_hadrons import (
    FROM_B,
    FROM_B_TO_C,
    FROM_C,
    FROM_STRANGE,
    PRIMARY,
    heaviest_quark,
    origins,
    weakly_decaying,
)

# place: code, mother, daughters.  0 is the system, as in Pythia's records.
RECORD = np.array(
    [
        (90, 0, 0, 0),
        (5, 0, 2, 2),  # b quark
        (513, 1, 3, 4),  # B*
        (511, 2, 5, 7),  # B⁰, which decays weakly
        (22, 2, 0, 0),
        (-411, 3, 8, 9),  # D⁻
        (-11, 3, 0, 0),
        (12, 3, 0, 0),
        (310, 5, 10, 11),  # K⁰_S of the D⁻
        (-211, 5, 0, 0),
        (211, 8, 0, 0),
        (-211, 8, 0, 0),
        (4, 0, 13, 13),  # c quark
        (421, 12, 14, 15),  # D⁰
        (-321, 13, 0, 0),
        (211, 13, 0, 0),
        (21, 0, 17, 17),  # gluon
        (211, 16, 0, 0),
    ]
)
PDGID, MOTHER, DAUGHTER1, DAUGHTER2 = RECORD.T
FIRST = np.zeros(len(RECORD), np.int64)


def test_the_last_hadron_of_a_chain_decays_weakly():
    quark = weakly_decaying(PDGID, DAUGHTER1, DAUGHTER2, FIRST)
    assert {place: quark[place] for place in np.flatnonzero(quark).tolist()} == {3: 5, 5: 4, 13: 4}


def test_origins_are_those_of_the_last_that_flies():
    tracks = np.array([6, 9, 10, 14, 17])
    assert origins(tracks, PDGID, MOTHER, FIRST).tolist() == [FROM_B, FROM_B_TO_C, FROM_STRANGE, FROM_C, PRIMARY]


def test_places_are_counted_in_the_event():
    twice = np.concatenate([RECORD, RECORD])
    first = np.repeat([0, len(RECORD)], len(RECORD))
    columns = np.ascontiguousarray(twice.T)
    quark = weakly_decaying(columns[0], columns[2], columns[3], first)
    np.testing.assert_array_equal(quark[: len(RECORD)], quark[len(RECORD) :])
    assert origins(np.array([len(RECORD) + 6]), columns[0], columns[1], first).tolist() == [FROM_B]


def test_quarks_of_hadrons():
    assert [heaviest_quark(code) for code in (5122, -511, 443, 3122, 2212, 11, 5, 5503, 10_511)] == [
        *(5, 5, 4, 3, 2),
        *(0, 0, 0, 5),
    ]
