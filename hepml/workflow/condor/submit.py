"""``condor submit``: plan, share out, and hand to HTCondor."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepml.batch import condor_tools
from hepml.batch.site import Site, load_site
from hepml.batch.submit_check import check_submit_file, refuse_folder_name
from hepml.errors import BatchError, RecipeError
from hepml.inference import Backend
from hepml.io.folder import exclusive
from hepml.processing.plan import Plan
from hepml.recipe import Recipe
from hepml.workflow.condor.job_files import share_out, write_files
from hepml.workflow.condor.new_order import new_order
from hepml.workflow.condor.order import Order, Result
from hepml.workflow.condor.records import (
    SUBMISSION_FILE,
    OrderFile,
    Submission,
    read_record,
    write_record,
)
from hepml.workflow.condor.submission_folder import SubmissionFolder
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
    if jobs is not None and files_per_job is not None:
        msg = f"give a number of jobs ({jobs}) or of files per job ({files_per_job}), not both"
        raise RecipeError(msg)
    order = new_order(recipe_or_run, files, tree=tree, processor=processor, settings=settings, backend=backend)
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
        shares = share_out(order, plan, jobs=jobs, files_per_job=files_per_job)
        submission = write_files(place, order, plan, shares, where, progress=progress)
        return _hand_in(place, submission, lock=lock, dry_run=dry_run)


def _plan(order: Order, *, open_in_jobs: bool, progress: Progress) -> Plan | None:
    """Return what is to be read; None where the jobs are to find out."""
    if open_in_jobs:
        return None
    with progress.step("plan", None):
        return order.plan(trust_cache=True)


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
        differs = _difference(before, order)
        msg = (
            f"{place.path}: holds the submission of {submission.created}, which differs in {differs}: choose another "
            "output folder, or collect that one and remove this folder"
        )
        raise BatchError(msg)
    jobs = condor_tools.queue(submission.id) or condor_tools.history(submission.id, n_jobs=submission.n_jobs)
    return Submitting(place.path, submission, 0, "submitted before, with its site and number of jobs") if jobs else None


def _difference(before: OrderFile, order: Order) -> str:
    """Return which parts of two orders are not the same."""
    now = dict(order.values())
    one, other = (values.get("recipe", values) for values in (before.values, now))
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    made = [] if before.made_by == order.made_by else ["what decides the rows (processor, options, classes, version)"]
    return " and ".join([*made, *(f"`{key}`" for key in keys)])


def _hand_in(place: SubmissionFolder, submission: Submission, *, lock: int, dry_run: bool) -> Submitting:
    path = place.path / "submit_1.sub"
    with tempfile.TemporaryDirectory(prefix="hepml-") as scratch:
        checks = check_submit_file(path, scratch=Path(scratch))
    if dry_run:
        return Submitting(place.path, submission, 0, checks)
    write_record(place.path / SUBMISSION_FILE, submission)
    taken = condor_tools.submit(path, lock=lock)
    return Submitting(place.path, submission, taken.n_jobs, checks)
