"""The files of a new submission: what all jobs do, what each does, and what HTCondor reads."""

from __future__ import annotations

import datetime
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

from hepml.batch.site import Site
from hepml.batch.submit_files import JOB_FILE, JOBS, JobLine, write_submit_file, write_wrapper
from hepml.errors import InputError
from hepml.io.folder import output_errors
from hepml.io.root import is_url
from hepml.processing.plan import Plan
from hepml.processing.share import Piece, default_n_jobs, group_pieces, share_chunks, share_files
from hepml.workflow.condor.order import Order
from hepml.workflow.condor.records import Job, OrderFile, Submission, write_record
from hepml.workflow.condor.submission_folder import SubmissionFolder
from hepml.workflow.progress import Progress


def share_out(order: Order, plan: Plan | None, *, jobs: int | None, files_per_job: int | None) -> list[list[Piece]]:
    """Return what each job reads; where no file was opened, whole files.

    Raises
    ------
    InputError
        No file is left.
    """
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


def write_files(
    place: SubmissionFolder,
    order: Order,
    plan: Plan | None,
    shares: Sequence[Sequence[Piece]],
    site: Site,
    *,
    progress: Progress,
) -> Submission:
    """Write everything but the submission itself, which comes last and makes the rest count.

    Raises
    ------
    OutputError
        Something cannot be written.
    """
    with output_errors(place.path):
        place.path.mkdir(exist_ok=True)
    shipped = order.ship(place.path)
    output = str(place.output) if site.shared_file_system else ""
    about = OrderFile(1, order.kind, dict(order.values()), order.made_by, version("hepml"), output)
    write_record(place.order_file, about)
    with output_errors(place.path):
        shutil.rmtree(place.path / JOBS, ignore_errors=True)  # of a dry run, with other jobs
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
    numbers = range(1, len(shares) + 1)
    lines = [JobLine(number, site.request_memory_mb, job_inputs(place, number)) for number in numbers]
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
            (folder / name).symlink_to(path)
    write_record(folder / JOB_FILE, replace(job, read_from=links))


def job_inputs(place: SubmissionFolder, number: int) -> tuple[str, ...]:
    """Return the links to local files of a job, which HTCondor follows; none where it sees the files themselves."""
    folder = place.job_folder(number)
    return tuple(sorted(str(path) for path in folder.glob("input_*.root")))
