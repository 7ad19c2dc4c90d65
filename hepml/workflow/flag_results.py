"""Scores → everything that `flag` leaves: flags, incidents, golden JSON and page, the flags last."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepml.contracts import Incident, Key, LumiFlag, LumiMaps, LumiScore, Threshold
from hepml.contracts.dashboard import DashboardContent
from hepml.io.folder import write_text_atomic
from hepml.io.lumi_flags import write_lumi_flags
from hepml.io.lumi_scores import read_lumi_scores
from hepml.monitoring.flags import flag_scores
from hepml.monitoring.golden import GOLDEN_FILE, golden_lumisections, golden_ranges, golden_text
from hepml.monitoring.grouping import group_flags
from hepml.monitoring.known_problems import KnownProblem, read_known_problems
from hepml.monitoring.shown_maps import choose_maps
from hepml.monitoring.threshold import threshold_in_words
from hepml.reports.dashboard import render_dashboard
from hepml.workflow.flag_files import FlaggedFiles, LeftOut
from hepml.workflow.flag_folder import FLAGS_FILE, INCIDENTS_FILE, PAGE_FILE, FlagFolder
from hepml.workflow.flag_model import FlagModel
from hepml.workflow.flag_options import FlagOptions


@dataclass(frozen=True)
class Flagged:
    """What `flag` has found.

    Attributes
    ----------
    folder : Path
        Where it is.
    flags : tuple of LumiFlag
        Of all files, ordered by run, lumisection and histogram.
    incidents : tuple of Incident
        Flags that are probably one fault.
    thresholds : mapping of str to Threshold
        By histogram.
    golden : mapping of int to list of int
        Golden lumisections by run.
    left_out : tuple of LeftOut
        Files that could not be taken.
    """

    folder: Path
    flags: tuple[LumiFlag, ...]
    incidents: tuple[Incident, ...]
    thresholds: Mapping[str, Threshold]
    golden: Mapping[int, list[int]]
    left_out: tuple[LeftOut, ...]

    @property
    def n_bad(self) -> int:
        """How many flags are bad."""
        return sum(flag.status == "bad" for flag in self.flags)


def known_problems(options: FlagOptions) -> tuple[KnownProblem, ...]:
    """Return the known problems of the options.

    Raises
    ------
    InputError
        The file is not valid.
    """
    return read_known_problems(options.known) if options.known else ()


def write_results(
    folder: FlagFolder,
    files: FlaggedFiles,
    *,
    model: FlagModel,
    thresholds: Mapping[str, Threshold],
    options: FlagOptions,
    left_out: Sequence[LeftOut] = (),
) -> Flagged:
    """Flag all scores of the folder and write the results.

    Raises
    ------
    InputError
        The known problems are not valid, or scores are damaged.
    OutputError
        A result cannot be written.
    """
    scores = files.scores
    flags, incidents = group_flags(flag_scores(scores, thresholds, known=known_problems(options)), gap=options.gap)
    golden = golden_lumisections(flags, histograms=thresholds, masked_too=options.masked_is_golden)
    found = Flagged(folder.path, tuple(flags), tuple(incidents), thresholds, golden, tuple(left_out))
    write_text_atomic(folder.path / INCIDENTS_FILE, json.dumps([_plain(one) for one in incidents], indent=1) + "\n")
    write_text_atomic(folder.path / GOLDEN_FILE, golden_text(golden_ranges(golden)))
    page = render_dashboard(_content(found, folder, files, scores, model, options))
    write_text_atomic(folder.path / PAGE_FILE, page)
    write_lumi_flags(folder.path / FLAGS_FILE, flags)
    return found


def _plain(incident: Incident) -> dict[str, Any]:
    return dataclasses.asdict(incident) | {"cells": incident.cells.tolist()}


def _content(
    found: Flagged,
    folder: FlagFolder,
    files: FlaggedFiles,
    scores: Iterable[LumiScore],
    model: FlagModel,
    options: FlagOptions,
) -> DashboardContent:
    kept = [score.key for score in scores if score.has_maps]
    chosen = choose_maps(found.flags, found.incidents, kept=kept, most=options.most_maps)
    wanted = {*chosen.shown, *chosen.references.values()}
    return DashboardContent(
        model=model.name,
        subsystems={name: model.subsystems.get(name, name) for name in found.thresholds},
        flags=found.flags,
        incidents=found.incidents,
        thresholds=found.thresholds,
        maps=_read_maps(folder, files, wanted),
        references=chosen.references,
        n_without_maps=chosen.n_without,
        files=tuple(Path(file.path).name for file in files.files),
        notes=_notes(found),
    )


def _read_maps(folder: FlagFolder, files: FlaggedFiles, wanted: set[Key]) -> dict[Key, LumiMaps]:
    maps = {}
    for file in files.files_of(wanted):
        for score in read_lumi_scores(folder.scores(file), maps_of=wanted):
            if score.maps is not None:
                maps[score.key] = score.maps
    return maps


def _notes(found: Flagged) -> tuple[str, ...]:
    few = [threshold_in_words(one) for one in found.thresholds.values() if one.method != "order statistic"]
    return (*few, *(f"{one.path} was left out: {one.reason}" for one in found.left_out))
