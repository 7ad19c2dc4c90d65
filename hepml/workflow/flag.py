"""``flag``: files of a running experiment → flags, golden JSON and a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hepml.contracts import Threshold
from hepml.errors import InputError
from hepml.io.folder import exclusive
from hepml.io.root import expand_files, is_url
from hepml.workflow.flag_files import FlaggedFiles, LeftOut, add_or_leave_out
from hepml.workflow.flag_folder import KIND, FlagFolder, claim_flags, tidy
from hepml.workflow.flag_model import FlagModel
from hepml.workflow.flag_options import FlagOptions
from hepml.workflow.flag_results import Flagged, known_problems, write_results
from hepml.workflow.flag_run import flag_model
from hepml.workflow.flag_thresholds import thresholds_of
from hepml.workflow.flag_watch import Watch, arriving_files
from hepml.workflow.progress import SILENT, Progress


def flag(
    run: str | Path | FlagModel,
    files: Sequence[str | Path],
    output: str | Path,
    *,
    dataset: str | Path | None = None,
    processor: str | Path | None = None,
    options: FlagOptions | None = None,
    watch: Watch | None = None,
    progress: Progress = SILENT,
) -> Flagged:
    """Flag the lumisections of files: good, bad, not enough statistics, or masked as a known problem.

    Files that the folder has are not scored again, unless their content has changed: give only the new ones.  Leaves
    ``flags.parquet``, ``incidents.json``, ``golden.json``, ``dashboard.html`` and ``thresholds.json``.

    Parameters
    ----------
    run : path or FlagModel
        A reconstruction run, or any other model that scores lumisections.
    files : sequence of path
        Files or globs; those that `run` can score.
    output : path
        Folder of the flags.
    dataset : path, optional
        The run's dataset, whose part ``thresholds`` the thresholds come from; default: ``dataset`` beside the folder of
        runs.  It is needed once for each output folder.
    processor : path, optional
        Processor file for ntuples; default: that of the training.
    options : FlagOptions, optional
        Rate of false alarms, known problems, ….
    watch : Watch, optional
        Take files as they arrive, too; what cannot be read is then left out.  Control-C ends it cleanly.
    progress : Progress
        Where bars go.

    Raises
    ------
    InputError
        A file cannot be read, or a lumisection comes twice.
    RunError, DatasetError, ProcessorError, OutputError
    """
    chosen = options or FlagOptions()
    known_problems(chosen)  # before hours of scoring, not after
    model = run if isinstance(run, FlagModel) else flag_model(run, dataset=dataset, processor=processor)
    paths = _local_files(files)
    folder = claim_flags(output)
    with exclusive(folder.path, kind=KIND):
        tidy(folder)
        thresholds = thresholds_of(folder, model, chosen, progress=progress)
        work = _Work(folder, model, thresholds, chosen)
        taken = work.files()
        with progress.step("flag", len(paths)) as bar:
            for path in paths:
                taken.add(path)
                bar.advance(1, note=path.name)
        if not watch and not taken.files:
            msg = f"{folder.path}: there are no files to flag: give some, or a folder to watch"
            raise InputError(msg)
        found = work.write(taken)
        return work.watch(taken, watch, progress) if watch else found


@dataclass(frozen=True)
class _Work:
    """What all results are made with."""

    folder: FlagFolder
    model: FlagModel
    thresholds: Mapping[str, Threshold]
    options: FlagOptions

    def files(self) -> FlaggedFiles:
        """Return the files that the folder has."""
        return FlaggedFiles(self.folder, self.model, self.thresholds, most_maps=self.options.most_maps)

    def write(self, taken: FlaggedFiles, left_out: Iterable[LeftOut] = ()) -> Flagged:
        """Write the results."""
        return write_results(
            self.folder,
            taken,
            model=self.model,
            thresholds=self.thresholds,
            options=self.options,
            left_out=tuple(left_out),
        )

    def watch(self, taken: FlaggedFiles, watch: Watch, progress: Progress) -> Flagged:
        """Take files as they arrive; when interrupted, the results are those of the files that were finished."""
        left_out: dict[str, LeftOut] = {}
        try:
            for arrived in arriving_files(watch):
                _take_arrived(taken, arrived, left_out, progress)
                self.write(taken, left_out.values())
        except KeyboardInterrupt:
            progress.say("interrupted: the results are of what was finished")
            taken = self.files()
        return self.write(taken, left_out.values())


def _take_arrived(taken: FlaggedFiles, paths: Sequence[Path], left_out: dict[str, LeftOut], progress: Progress) -> None:
    """Take the files that can be, and say what has come of each."""
    for path in paths:
        left_out.pop(str(path), None)
        problem = add_or_leave_out(taken, path)
        if problem is not None:
            left_out[str(path)] = problem
        progress.say(f"{path}: left out: {problem.reason}" if problem else f"{path}: flagged")


def _local_files(files: Sequence[str | Path]) -> list[Path]:
    """Return the files; those on servers cannot be told apart by content."""
    remote = next((str(file) for file in files if is_url(str(file))), None)
    if remote is not None:
        msg = f"{remote}: files on servers cannot be flagged, since whether one has changed is not known: copy it"
        raise InputError(msg)
    return [Path(path) for path in expand_files([str(file) for file in files])]
