"""``condor submit``: plan, share out, and hand to HTCondor."""

from __future__ import annotations

import datetime
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepml.batch import condor_tools
from hepml.batch.site import Site, load_site
from hepml.batch.submit_check import check_submit_file, refuse_folder_name
from hepml.batch.submit_files import JOB_FILE, JobLine, write_submit_file, write_wrapper
from hepml.errors import BatchError, InputError, RecipeError
from hepml.inference import Backend
from hepml.io.folder import exclusive, output_errors
from hepml.io.root import is_url
from hepml.processing.plan import Plan
from hepml.processing.share import Piece, default_n_jobs, group_pieces, share_chunks, share_files
from hepml.recipe import Recipe
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.condor.order import Order, Result
from hepml.workflow.condor.predict_order import PredictOrder
from hepml.workflow.condor.process_order import ProcessOrder
from hepml.workflow.condor.records import (
    SUBMISSION_FILE,
    Job,
    OrderFile,
    Submission,
    SubmissionFolder,
    read_record,
    write_record,
)
from hepml.workflow.prediction import prepare_prediction
from hepml.workflow.progress import SILENT, Progress

WAIT_FOR_LOCK_SECONDS = 30
"""A `condor_submit` whose caller was killed holds the folder until HTCondor has answered it."""


@dataclass(frozen=True)
class Submitting:
    """What `submit` has done.

    Attributes
    ----------
    folder : Path
        With all files about the jobs.
    submission : Submission, optional
        None where there was nothing to do.
    n_submitted : int
        Jobs that HTCondor has taken; 0 for a dry run, and where they had been submitted before.
    checks : str
        How the submit file was checked.
    complete : Manifest or list of Friend, optional
        What is there already.
    """

    folder: Path
    submission: Submission | None
    n_submitted: int
    checks: str
    complete: Result | None = None

    @property
    def submit_file(self) -> Path:
        """The submit file."""
        return self.folder / "submit_1.sub"


def submit(
    recipe_or_run: Recipe | str | Path,
    output: str | Path,
    *,
    files: Sequence[str | Path] = (),
    jobs: int | None = None,
    files_per_job: int | None = None,
    site: Site | str | Path | None = None,
    open_in_jobs: bool = False,
    dry_run: bool = False,
    tree: str | None = None,
    processor: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    backend: Backend = "native",
    progress: Progress = SILENT,
) -> Submitting:
    """Submit the work of ``process`` (given a recipe) or of ``predict`` (given a run and files) as HTCondor jobs.

    What is submitted already is not submitted again: call `status`, `resubmit` and `collect` on the same folder.

    Parameters
    ----------
    recipe_or_run : Recipe or path
        A recipe, or the folder of a run.
    output : path
        Folder of the dataset or the friends; everything about the jobs is in ``condor/`` below it.
    files : sequence of str or path
        What a run is to be applied to.
    jobs, files_per_job : int, optional
        How many jobs, or how many whole files each of them has; default: ten chunks a job.
    site : Site or path, optional
        Where the jobs run; default: a pool with a shared file system and this Python.
    open_in_jobs : bool
        Open no file here: each job plans its own files, and `collect` puts the plans together.
    dry_run : bool
        Write and check everything, and submit nothing.
    tree, processor, settings, backend
        As for `predict`.
    progress : Progress
        Where bars go.

    Raises
    ------
    RecipeError, RunError, ProcessorError, InputError, DatasetError, OutputError
        As `process` and `predict` do before they read an entry.
    SiteError
        The site does not fit.
    BatchError
        HTCondor refuses the jobs, or is not here; or the folder has another submission.
    """
    order = _order(recipe_or_run, files, tree=tree, processor=processor, settings=settings, backend=backend)
    where = _site(site).asking(order.how.resources)
    before = SubmissionFolder(Path(output).expanduser().resolve())
    refuse_folder_name(before.path)
    plan = None
    if not before.has_submission():  # a mistake in the input is told before the folder is claimed
        plan = _plan(order, open_in_jobs=open_in_jobs, progress=progress)
    place = SubmissionFolder(order.claim(output).resolve())
    with exclusive(place.output, kind=order.kind, wait_seconds=WAIT_FOR_LOCK_SECONDS) as lock:
        if place.has_submission():
            known = _known(place, order)
            if known is not None:
                return known
            plan = _plan(order, open_in_jobs=open_in_jobs, progress=progress)
        complete = order.begin(place.output, plan)
        if complete is not None:
            return Submitting(place.path, None, 0, "", complete)
        shares = _shares(order, plan, jobs=jobs, files_per_job=files_per_job)
        submission = _write(place, order, plan, shares, where, progress=progress)
        return _hand_in(place, submission, lock=lock, dry_run=dry_run)


def _plan(order: Order, *, open_in_jobs: bool, progress: Progress) -> Plan | None:
    """Return what is to be read; None where the jobs are to find out."""
    if open_in_jobs:
        return None
    with progress.step("plan", None):
        return order.plan(trust_cache=True)


def _order(
    given: Recipe | str | Path,
    files: Sequence[str | Path],
    *,
    tree: str | None,
    processor: str | Path | None,
    settings: Mapping[str, Any] | None,
    backend: Backend,
) -> Order:
    """Return what is to be done, with files by absolute paths: jobs run in other folders."""
    if not isinstance(given, Recipe) and Path(given).expanduser().is_dir():
        if not files:
            msg = f"{given} is a run: name the files that it is to be applied to"
            raise RecipeError(msg)
        absolute = [_absolute(str(file)) for file in files]
        work = prepare_prediction(given, absolute, tree=tree, processor=processor, settings=settings, backend=backend)
        return PredictOrder(work)
    if files:
        msg = f"{given} is a recipe, which names its files itself: leave {files[0]} out, or use --input NAME=FILE"
        raise RecipeError(msg)
    recipe = as_recipe(given)
    inputs = {
        name: spec.model_copy(update={"files": [_absolute(file) for file in spec.files]})
        for name, spec in recipe.inputs.items()
    }
    return ProcessOrder(recipe.model_copy(update={"inputs": inputs}))


def _absolute(file: str) -> str:
    return file if is_url(file) else str(Path(file).expanduser().absolute())


def _site(site: Site | str | Path | None) -> Site:
    if site is None:
        return Site()
    return site if isinstance(site, Site) else load_site(site)


def _known(place: SubmissionFolder, order: Order) -> Submitting | None:
    """Return what was submitted from here before; None where it never came to that.

    Raises
    ------
    BatchError
        It was something else.
    """
    submission = place.submission()
    before = read_record(place.order_file, OrderFile)
    if before.made_by != order.made_by or before.values != order.values():
        msg = (
            f"{place.path}: holds a submission of something else ({submission.name}, {submission.created}): choose "
            "another output folder, or collect that one and remove this folder"
        )
        raise BatchError(msg)
    jobs = condor_tools.queue(submission.id) or condor_tools.history(submission.id, n_jobs=submission.n_jobs)
    return Submitting(place.path, submission, 0, "submitted before") if jobs else None


def _shares(order: Order, plan: Plan | None, *, jobs: int | None, files_per_job: int | None) -> list[list[Piece]]:
    if plan is None:
        pieces = [Piece(*file) for file in sorted(order.files())]
        per_job = files_per_job or (-(-len(pieces) // jobs) if jobs else 1)
        return group_pieces(pieces, per_job)
    if not plan.files:
        msg = "no file is left to submit: see why with `hepml process`"
        raise InputError(msg)
    if files_per_job is not None:
        return share_files(plan, files_per_job)
    return share_chunks(plan, jobs or default_n_jobs(sum(1 for _ in plan.cut())))


def _write(
    place: SubmissionFolder,
    order: Order,
    plan: Plan | None,
    shares: Sequence[Sequence[Piece]],
    site: Site,
    *,
    progress: Progress,
) -> Submission:
    """Write everything but the submission itself, which comes last and makes the rest count."""
    with output_errors(place.path):
        place.path.mkdir(exist_ok=True)
    shipped = order.ship(place.path)
    output = str(place.output) if site.shared_file_system else ""
    about = OrderFile(1, order.kind, dict(order.values()), order.made_by, version("hepml"), output)
    write_record(place.order_file, about)
    with progress.step("jobs", len(shares)) as bar:
        for number, pieces in enumerate(shares, 1):
            _write_job(place, Job(number, tuple(pieces)), site)
            bar.advance()
    submission = Submission(
        format=1,
        id=f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        created=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC",
        hepml_version=version("hepml"),
        name=order.name,
        n_jobs=len(shares),
        n_files=len({(piece.input, piece.path) for pieces in shares for piece in pieces}),
        n_entries=plan.n_entries if plan is not None else 0,
        opened=plan is not None,
        site=site,
        shipped=shipped,
        left_out=plan.left_out if plan is not None else (),
    )
    lines = [JobLine(n, site.request_memory_mb, job_inputs(place, n)) for n in range(1, len(shares) + 1)]
    batch = place.batch(submission)
    write_wrapper(batch)
    write_submit_file(batch, lines, attempt=1)
    return submission


def _write_job(place: SubmissionFolder, job: Job, site: Site) -> None:
    """Write what one job has to do; without a shared file system, with links to the files that HTCondor is to bring."""
    folder = place.job_folder(job.number)
    links: dict[str, str] = {}
    if not site.shared_file_system:
        for number, path in enumerate(dict.fromkeys(piece.path for piece in job.pieces)):
            if not is_url(path):
                links[path] = f"input_{number}.root"
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path, name in links.items():
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(path)
    write_record(folder / JOB_FILE, replace(job, read_from=links))


def job_inputs(place: SubmissionFolder, number: int) -> tuple[str, ...]:
    """Return the links to local files of a job, which HTCondor follows; none where it sees the files themselves."""
    folder = place.job_folder(number)
    return tuple(sorted(str(path) for path in folder.glob("input_*.root")))


def _hand_in(place: SubmissionFolder, submission: Submission, *, lock: int, dry_run: bool) -> Submitting:
    path = place.path / "submit_1.sub"
    with tempfile.TemporaryDirectory(prefix="hepml-") as scratch:
        checks = check_submit_file(path, scratch=Path(scratch))
    if dry_run:
        return Submitting(place.path, submission, 0, checks)
    write_record(place.path / SUBMISSION_FILE, submission)
    taken = condor_tools.submit(path, lock=lock)
    return Submitting(place.path, submission, taken.n_jobs, checks)
