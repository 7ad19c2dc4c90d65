"""Events of a barrel tracker from files, and found tracks to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import awkward as ak
import numpy as np
import uproot

from hepml.contracts import NO_HIT, Barrel, BarrelEvents, FoundTracks
from hepml.io.root import expand_files, inspect_file, reading_errors
from hepml.io.root_writer import Column, TreeWriter
from hepml.tracking import BARREL_BRANCHES, barrel_events


def read_barrel_events(files: str | Path | Sequence[str | Path], *, tree: str = "Events") -> BarrelEvents:
    """Read hits and particles as ``hepml sample tracks --detector barrel`` writes them.

    Parameters
    ----------
    files : path or sequence of path
        Files, globs or ``root://`` URLs.
    tree : str
        Name of the tree.

    Raises
    ------
    InputError
        A file cannot be read; names it and the remedy.
    """
    several = [files] if isinstance(files, str | Path) else list(files)
    parts = []
    for path in expand_files(map(str, several)):
        inspect_file(path, tree)
        with reading_errors(path, tree), uproot.open({path: tree}) as events:
            parts.append(events.arrays(list(BARREL_BRANCHES)))
    return barrel_events(ak.concatenate(parts))


def write_tracks(path: Path, found: FoundTracks, events: BarrelEvents, barrel: Barrel) -> None:
    """Write found tracks as a tree ``Events`` with one entry per event, a friend of that of the hits.

    ``track_{chi2,pt,eta,phi,z_cm,charge}`` (GeV; φ of the flight and z at the first hit) and ``track_hit_<layer>``: the
    place of the hit in the event's list, −1 for none.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    _, z, phi, _, charge_over_pt = found.parameters.T
    flat: dict[str, Column] = {
        "chi2": found.chi2.astype(np.float32),
        "pt": found.pt_gev.astype(np.float32),
        "eta": found.eta.astype(np.float32),
        "phi": (np.remainder(phi + np.pi, 2 * np.pi) - np.pi).astype(np.float32),
        "z_cm": z.astype(np.float32),
        "charge": np.sign(charge_over_pt).astype(np.int8),
    }
    first = events.hit_offsets[found.event]
    for layer in range(len(barrel.radii_cm)):
        hit = found.hits[:, layer]
        flat[f"hit_{layer}"] = np.where(hit == NO_HIT, NO_HIT, hit - first).astype(np.int32)
    counts = np.bincount(found.event, minlength=events.n_events)
    with TreeWriter(path, title="found tracks") as writer:
        writer.extend({"track": ak.unflatten(ak.zip(flat), counts)})
