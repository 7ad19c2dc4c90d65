"""What the page of flags shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hepml.contracts.lumi_flags import Incident, Key, LumiFlag, LumiMaps, Threshold


@dataclass(frozen=True)
class DashboardContent:
    """Flags, and the maps behind some of them.

    Attributes
    ----------
    model : str
        What has scored.
    subsystems : mapping of str to str
        By histogram, in the order of the page.
    flags : tuple of LumiFlag
        Of all runs, in order.
    incidents : tuple of Incident
        In order.
    thresholds : mapping of str to Threshold
        By histogram.
    maps : mapping of Key to LumiMaps
        Of flagged lumisections, and of those that they are compared with.
    references : mapping of Key to Key
        Flagged lumisection → the good one that it is compared with; absent where there is none.
    n_without_maps : int
        Flagged lumisections whose maps are not on the page.
    files : tuple of str
        Names of the files, for the accounting.
    notes : tuple of str
        What a reader must know.
    """

    model: str
    subsystems: Mapping[str, str]
    flags: tuple[LumiFlag, ...]
    incidents: tuple[Incident, ...]
    thresholds: Mapping[str, Threshold]
    maps: Mapping[Key, LumiMaps]
    references: Mapping[Key, Key]
    n_without_maps: int
    files: tuple[str, ...]
    notes: tuple[str, ...]
