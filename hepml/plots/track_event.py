"""One event of a barrel tracker, across the beam and along it: hits, true particles, found tracks."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from hepml.contracts import NO_HIT, Barrel, BarrelEvents, FoundTracks, MatchedTracks
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, write_label
from hepml.plots.pens import COLOURS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HIT, _TRUE, _RIGHT, _LOST, _FAKE = "#717581", "#c8cad0", COLOURS[0], COLOURS[2], COLOURS[1]
_ARC_POINTS = 400


def draw_track_event(
    events: BarrelEvents,
    event: int,
    found: FoundTracks,
    matched: MatchedTracks,
    barrel: Barrel,
    *,
    min_hits: int = 6,
    label: Label | None = None,
) -> Figure:
    """Draw x–y and r–z: particles light and broad, found tracks on top, lost particles and fakes in their own colours.

    A track is the line through its hits.

    Parameters
    ----------
    events : BarrelEvents
        With the truth.
    event : int
        Which one.
    found, matched : FoundTracks, MatchedTracks
        Of all events.
    barrel : Barrel
        The tracker.
    min_hits : int
        Hits of a particle from which on it is lost where no track is found.
    label : Label, optional
        The words above.
    """
    with drawing(width=15.5, height=8.0, layout="compressed") as figure:
        across, along = figure.subplots(1, 2)
        _draw_layers(across, along, barrel)
        hits = np.arange(*events.hit_offsets[event : event + 2])
        _draw(across, along, events, barrel, [hits], colour=_HIT, marker="o", width=0, size=2.5, order=2)
        particles = range(*events.particle_offsets[event : event + 2])
        true = {k: hits[events.particle[hits] == k] for k in particles}
        _draw(across, along, events, barrel, list(true.values()), colour=_TRUE, width=5, order=1)
        lost = [true[k] for k in particles if not matched.found[k] and len(true[k]) >= min_hits]
        _draw(across, along, events, barrel, lost, colour=_LOST, width=2.2, order=2, line="--")
        tracks = np.flatnonzero(found.event == event)
        for chosen, colour, order in ((~matched.fake, _RIGHT, 3), (matched.fake, _FAKE, 5)):
            rows = [found.hits[t][found.hits[t] != NO_HIT] for t in tracks if chosen[t]]
            _draw(across, along, events, barrel, rows, colour=colour, width=1.4, order=order)
        n_fake = int(matched.fake[tracks].sum())
        _finish(across, along, (len(true), len(tracks) - n_fake, len(lost), n_fake), label or Label())
    return figure


def _draw(
    across: Axes,
    along: Axes,
    events: BarrelEvents,
    barrel: Barrel,
    groups: list[Ints],
    *,
    colour: str,
    width: float,
    order: int,
    line: str = "-",
    marker: str = "",
    size: float = 0,
) -> None:
    """Draw groups of hits as lines, or as points where the width is 0."""
    style = {"color": colour, "marker": marker, "markersize": size, "zorder": order}
    style |= {"linewidth": width, "linestyle": line if width else "none"}
    for group in groups:
        order_of_layers = group[np.argsort(events.layer[group], kind="stable")]
        radius, phi = barrel.radii_cm[events.layer[order_of_layers]], events.phi[order_of_layers]
        across.plot(radius * np.cos(phi), radius * np.sin(phi), **style)  # type: ignore[arg-type]
        along.plot(events.z_cm[order_of_layers], radius, **style)  # type: ignore[arg-type]


def _draw_layers(across: Axes, along: Axes, barrel: Barrel) -> None:
    angle = np.linspace(0, 2 * np.pi, _ARC_POINTS)
    for radius in barrel.radii_cm:
        across.plot(radius * np.cos(angle), radius * np.sin(angle), color="black", linewidth=0.4, zorder=0)
        along.plot(
            [-barrel.half_length_cm, barrel.half_length_cm], [radius] * 2, color="black", linewidth=0.4, zorder=0
        )


def _finish(across: Axes, along: Axes, numbers: tuple[int, int, int, int], label: Label) -> None:
    across.set_aspect("equal")
    across.set_xlabel("x [cm]")
    across.set_ylabel("y [cm]")
    along.set_xlabel("z [cm]")
    along.set_ylabel("r [cm]")
    along.set_ylim(bottom=0)
    names = ("particles", "found", "lost", "fakes")
    looks = ((_TRUE, 5.0), (_RIGHT, 1.4), (_LOST, 2.2), (_FAKE, 1.4))
    entries = [
        Line2D([], [], color=colour, linewidth=width, linestyle="--" if name == "lost" else "-", label=f"{n} {name}")
        for (colour, width), n, name in zip(looks, numbers, names, strict=True)
    ]
    top = along.get_ylim()[1]
    along.set_ylim(0, 1.2 * top)
    along.legend(handles=entries, loc="upper left", ncols=2)
    write_label(across, label, last=along)
