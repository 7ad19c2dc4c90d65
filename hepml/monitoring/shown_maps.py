"""Which flagged lumisections a page shows with their maps, and which good ones beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hepml.contracts import Incident, Key, LumiFlag
from hepml.monitoring.references import reference_runs, run_qualities

MOST_CELLS = 4_000_000
"""Cells of all maps on a page, at most: about 13 MB."""


@dataclass(frozen=True)
class ShownMaps:
    """Flagged lumisections with maps, the good one beside each (where there is one), and how many have no maps."""

    shown: tuple[Key, ...]
    references: Mapping[Key, Key]
    n_without: int


def choose_maps(
    flags: Sequence[LumiFlag], incidents: Iterable[Incident], *, kept: Iterable[Key], most: int
) -> ShownMaps:
    """Choose the peak of each incident first, then the highest scores.

    Parameters
    ----------
    flags : sequence of LumiFlag
        All of them.
    incidents : iterable of Incident
        All of them.
    kept : iterable of Key
        Of which there are maps.
    most : int
        Flagged lumisections to show, at most; fewer where maps are large.
    """
    by_key, there = {flag.key: flag for flag in flags}, frozenset(kept)
    flagged = [flag for flag in flags if flag.status in ("bad", "masked")]
    peaks = {incident.peak for incident in incidents}
    ordered = sorted(flagged, key=lambda flag: (flag.key not in peaks, -flag.score))
    shown: list[Key] = []
    room = MOST_CELLS
    for flag in ordered:
        room -= 2 * flag.shape[0] * flag.shape[1] * (flag.key in there)  # with its reference
        if flag.key in there and len(shown) < most and room >= 0:
            shown.append(flag.key)
    good = [by_key[key] for key in sorted(there) if key in by_key and by_key[key].status == "good"]
    return ShownMaps(tuple(shown), _references(shown, flags, good), len(flagged) - len(shown))


def _references(shown: Iterable[Key], flags: Iterable[LumiFlag], good: Iterable[LumiFlag]) -> dict[Key, Key]:
    qualities, at_hand = run_qualities(flags), {(flag.histogram, flag.run): flag.key for flag in good}
    found = {}
    for key in shown:
        run, _, histogram = key
        of_map = qualities[histogram]
        others = [quality for other, quality in of_map.items() if (histogram, other) in at_hand]
        for chosen in reference_runs(of_map[run], others):
            found[key] = at_hand[histogram, chosen]
    return found
