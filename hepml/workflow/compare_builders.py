"""Tracks of files by several propagators: built, judged, drawn and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hepml.contracts import Barrel, BarrelEvents, FoundTracks, Propagator
from hepml.evaluation import (
    EvaluationDocument,
    Reconstructable,
    TrackJudgement,
    document_to_json,
    judge_tracks,
    match_tracks,
)
from hepml.io.folder import claim_folder, write_text_atomic
from hepml.plots import Label, draw_track_event, draw_track_pulls, draw_track_rates, pens, save_figure
from hepml.tracking import BuildOptions, build_tracks, true_steps
from hepml.workflow.barrel_files import write_tracks

_MARKER = ".hepml-tracks"


def compare_builders(
    events: BarrelEvents,
    barrel: Barrel,
    propagators: Mapping[str, Propagator[Any]],
    output: str | Path,
    *,
    options: BuildOptions | None = None,
    expected: Reconstructable | None = None,
    shown_events: Sequence[int] = (0,),
) -> TrackJudgement:
    """Build the tracks of the same events with each propagator and judge them side by side.

    Leaves ``metrics.json``, ``plots/`` (rates against pT, η and multiplicity, pulls, event displays) and
    ``<name>.root`` with the tracks of each.

    Parameters
    ----------
    events : BarrelEvents
        With the truth (see `read_barrel_events`).
    barrel : Barrel
        The tracker.
    propagators : mapping of str to Propagator
        By name; the others are compared with the first one.
    output : path
        Folder.
    options : BuildOptions, optional
        The same for all.
    expected : Reconstructable, optional
        Which particles an efficiency counts.
    shown_events : sequence of int
        Which events are drawn.

    Raises
    ------
    OutputError
        The folder cannot be written or holds something else.
    """
    folder = claim_folder(output, kind="comparison of builders", marker=_MARKER)
    found = {name: build_tracks(events, barrel, each, options) for name, each in propagators.items()}
    steps = {name: true_steps(events, barrel, each) for name, each in propagators.items()}
    judged = judge_tracks(found, events, expected=expected, steps=steps)
    document = EvaluationDocument("track_building", "", tuple(found), judged.metrics, judged.curves)
    write_text_atomic(folder / "metrics.json", document_to_json(document))
    for name, tracks in found.items():
        write_tracks(folder / f"{name}.root", tracks, events, barrel)
    _draw(folder / "plots", judged, events, found, barrel, shown_events)
    return judged


def _draw(
    folder: Path,
    judged: TrackJudgement,
    events: BarrelEvents,
    found: Mapping[str, FoundTracks],
    barrel: Barrel,
    shown_events: Sequence[int],
) -> None:
    label, run_pens = Label(right="Barrel tracker"), pens(list(found))
    for variable in ("pt_gev", "eta", "n_particles"):
        curves = [curve for curve in judged.curves if curve.labels.get("variable") == variable]
        if curves and len(curves[0].columns["low"]) > 1:
            figure = draw_track_rates(curves, label=label, run_pens=run_pens)
            save_figure(figure, folder, f"rates_{variable}")
    pulls = [curve for curve in judged.curves if curve.name == "pull"]
    save_figure(draw_track_pulls(pulls, judged.metrics, label=label, run_pens=run_pens), folder, "pulls")
    for name, tracks in found.items():
        matched = match_tracks(tracks, events)
        for event in shown_events:
            words = Label(right=f"{name}, event {event}")
            save_figure(
                draw_track_event(events, event, tracks, matched, barrel, label=words), folder, f"event_{event}_{name}"
            )
