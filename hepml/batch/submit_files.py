"""The files that HTCondor reads: submit file, list of jobs and job wrapper, from the templates in ``condor/``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from hepml.batch.exit_codes import FINAL, TRANSIENT
from hepml.batch.job_ad import MEMORY_HOLD
from hepml.batch.site import Site
from hepml.errors import SiteError
from hepml.io.folder import write_text_atomic
from hepml.io.shipped import shipped_folder

WRAPPER = "run_job.sh"
JOBS = "jobs"
"""Folder of the folders of all jobs."""
JOB_FILE = "job.json"
"""In a job's folder: what it has to do."""
STORED = "stored.txt"
"""In a job's folder: size in bytes of the archive that it has left in the storage; empty before that."""


@dataclass(frozen=True)
class JobLine:
    """One job of a list.

    Attributes
    ----------
    number : int
        From 1.
    memory_mb : int
        What it asks for.
    inputs : tuple of str
        Files that HTCondor brings to it, absolute paths; for sites without a shared file system.
    """

    number: int
    memory_mb: int
    inputs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of its folder."""
        return job_name(self.number)


@dataclass(frozen=True)
class Batch:
    """What all jobs of a submission have in common.

    Attributes
    ----------
    submission : str
        Its name, unique.
    name : str
        For people.
    folder : Path
        Absolute path of the folder with everything about it.
    work : str
        Name of the file in that folder that says what jobs do.
    shipped : tuple of str
        Further files and folders there that jobs need.
    n_jobs : int
        Of the whole submission.
    """

    submission: str
    name: str
    folder: Path
    work: str
    shipped: tuple[str, ...]
    site: Site
    n_jobs: int


def job_name(number: int) -> str:
    """Return the name of a job's folder.

    Examples
    --------
    >>> job_name(12)
    '00012'
    """
    return f"{number:05d}"


def write_wrapper(batch: Batch) -> Path:
    """Write the script that each job runs.

    Raises
    ------
    SiteError
        There is no such archive.
    OutputError
        It cannot be written.
    """
    path = batch.folder / WRAPPER
    shared, site = batch.site.shared_file_system, batch.site
    archive = site.environment.archive
    storage = f"{site.storage.target.rstrip('/')}/{batch.submission}-" if site.storage else ""
    text = _template("run_job.sh.j2").render(
        submission=batch.submission,
        site=site,
        transient_code=TRANSIENT,
        python=_python(site),
        stored=STORED,
        archive=(_existing(archive) if shared else Path(archive).name) if archive else "",
        work=str(batch.folder / batch.work) if shared else batch.work,
        job_folder=shlex.quote(str(batch.folder / JOBS)) + '/"$job"' if shared else ".",
        target=storage,
        copy_out=_copy_command(site.storage.copy_out, storage) if site.storage else "",
    )
    write_text_atomic(path, text)
    path.chmod(0o755)
    return path


def write_submit_file(batch: Batch, jobs: Sequence[JobLine], *, attempt: int) -> Path:
    """Write the submit file of some jobs of a submission, and the list that it queues.

    Raises
    ------
    OutputError
        They cannot be written.
    """
    listed = batch.folder / f"queue_{attempt}.txt"
    lines = [f"{job.name}, {job.number}, {job.memory_mb}{_inputs(batch.site, job)}" for job in jobs]
    write_text_atomic(listed, "\n".join(lines) + "\n")
    path = batch.folder / f"submit_{attempt}.sub"
    archive = batch.site.environment.archive
    text = _template("job.sub.j2").render(
        submission=batch.submission,
        name=batch.name,
        folder=batch.folder,
        wrapper=batch.folder / WRAPPER,
        site=batch.site,
        shipped=[str(batch.folder / name) for name in (batch.work, *batch.shipped)]
        + ([_existing(archive)] if archive else []),
        stored=STORED,
        final_codes=sorted(FINAL),
        memory_code=MEMORY_HOLD,
        queue=listed,
        first=jobs[0].number,
        last=jobs[-1].number,
        n_jobs=batch.n_jobs,
    )
    write_text_atomic(path, text)
    return path


def _inputs(site: Site, job: JobLine) -> str:
    return "" if site.shared_file_system else ", " + ", ".join((JOB_FILE, *job.inputs))


def _python(site: Site) -> str:
    """Return Python's path as a word of bash."""
    environment = site.environment
    if environment.python is not None:
        return shlex.quote(environment.python)
    if environment.archive is not None:
        return "$environment/bin/python"
    return "python3" if environment.image is not None else shlex.quote(sys.executable)


def _existing(archive: str) -> str:
    path = Path(archive).expanduser().absolute()
    if not path.is_file():
        msg = f"environment.archive {path} is not there: pack it, or give its path from the site file"
        raise SiteError(msg)
    return str(path)


def _copy_command(command: str, storage: str) -> str:
    target = f'{shlex.quote(storage)}"$job.tar"'
    return command.replace("{source}", "output.tar").replace("{target}", target)


def _template(name: str) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(shipped_folder("condor"))
    # Not HTML: what goes into the shell is quoted by the filter, and lines of a site have no line breaks.
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    filters: dict[str, Any] = {"quote": shlex.quote}
    environment.filters.update(filters)
    return environment.get_template(name)
