"""Hadrons with b and c quarks in the event record of a generator, and what particles come from."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]

PRIMARY, FROM_B, FROM_B_TO_C, FROM_C, FROM_STRANGE = range(5)
"""Origins: nothing that flies, a b hadron, a c hadron of a b hadron, another c hadron, a strange hadron."""

_LONG_LIVED_STRANGE = (130, 310, 3112, 3122, 3222, 3312, 3322, 3334)


@njit(cache=True)
def heaviest_quark(pdgid: int) -> int:
    """Return the heaviest quark of a hadron (PDG numbering), 0 for anything else.

    Examples
    --------
    B⁰, Λ_c, π⁺, a diquark, a gluon:

    >>> [heaviest_quark(code) for code in (511, 4122, 211, 5101, 21)]
    [5, 4, 2, 0, 0]
    """
    code = abs(pdgid) % 10_000
    if code < 100 or (code // 10) % 10 == 0:
        return 0
    return max(code // 1000, (code // 100) % 10)


@njit(cache=True)
def weakly_decaying(pdgid: Ints, daughter1: Ints, daughter2: Ints, first: Ints) -> Ints:
    """Return 5 or 4 for the last hadron with a b or c quark of each chain of decays, 0 for other particles.

    Parameters
    ----------
    pdgid : array of int, shape (total,)
        All particles of all events, one event after another.
    daughter1, daughter2 : array of int, shape (total,)
        First and last daughter, counted in the event; 0 where there is none.
    first : array of int, shape (total,)
        Place of the first particle of the event that each belongs to.
    """
    found = np.zeros(len(pdgid), np.int64)
    for i in range(len(pdgid)):
        quark = heaviest_quark(pdgid[i])
        if quark < 4:
            continue
        last = True
        for d in range(daughter1[i], max(daughter1[i], daughter2[i]) + 1):
            if d > 0 and heaviest_quark(pdgid[first[i] + d]) == quark:
                last = False
        found[i] = quark if last else 0
    return found


@njit(cache=True)
def origins(chosen: Ints, pdgid: Ints, mother: Ints, first: Ints) -> Ints:
    """Return the origin code of some particles: that of the last particle before them that flies.

    Parameters
    ----------
    chosen : array of int, shape (n,)
        Their places.
    pdgid, first : array of int, shape (total,)
        As for `weakly_decaying`.
    mother : array of int, shape (total,)
        First mother, counted in the event; 0 where there is none.
    """
    found = np.zeros(len(chosen), np.int64)
    for k, start in enumerate(chosen):
        at, from_c = start, False
        while mother[at] > 0:
            at = first[at] + mother[at]
            code = abs(pdgid[at])
            quark = heaviest_quark(code)
            if quark == 5:
                found[k] = FROM_B_TO_C if from_c else FROM_B
                break
            from_c = from_c or quark == 4
            if not from_c and code in _LONG_LIVED_STRANGE:
                found[k] = FROM_STRANGE
                break
            if code < 10 or code == 21:
                break
        if found[k] == PRIMARY and from_c:
            found[k] = FROM_C
    return found
