"""One Dask worker as an HTCondor job: what it asks for, and the script that starts it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from hepml.batch.exit_codes import TRANSIENT
from hepml.batch.site import Site
from hepml.errors import SiteError
from hepml.io.folder import write_text_atomic

SCRIPT = "worker.sh"

_SETTINGS = {
    "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE": "False",  # a paused worker waits for memory that nobody frees
}


def check_site(site: Site) -> None:
    """Refuse a site where Dask workers cannot work.

    Raises
    ------
    SiteError
        It has no shared file system, or its environment is shipped with each job.
    """
    if not site.shared_file_system:
        msg = "Dask workers read and write the files of this machine, and shared_file_system is false: use hepml condor"
        raise SiteError(msg)
    if site.environment.archive is not None:
        msg = "environment.archive is unpacked by jobs of hepml condor only: name a python that Dask workers see"
        raise SiteError(msg)


def submit_commands(site: Site, submission: str) -> dict[str, str]:
    """Return the submit commands of a worker, besides those that Dask-Jobqueue writes.

    Examples
    --------
    >>> submit_commands(Site(request_cpus=2), "dask-1")["RequestCpus"]
    '2'
    """
    image = site.environment.image
    return {
        "batch_name": "hepml Dask workers",
        "RequestCpus": str(site.request_cpus),
        "transfer_executable": "False",
        "should_transfer_files": "IF_NEEDED",
        "max_retries": str(site.retries),
        # How the queue is asked about them: each worker is a cluster of one job.
        "+HepmlSubmission": f'"{submission}"',
        "+HepmlJob": "$(ClusterId)",
        **({} if image is None else {"container_image": image}),
        **site.submit,
    }


def write_script(folder: Path, site: Site) -> Path:
    """Write the script that a worker's job runs; what follows its name on the command line goes to Python.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    environment = site.environment
    python = environment.python or ("python3" if environment.image is not None else sys.executable)
    variables = _SETTINGS | environment.variables
    lines = [
        "#!/bin/bash",
        "# Starts one Dask worker; written by hepml.",
        *(f"export {name}={shlex.quote(value)}" for name, value in variables.items()),
        *(
            f"{line} || {{ echo {shlex.quote(f'failed: {line}')} >&2; exit {TRANSIENT}; }}"
            for line in environment.setup
        ),
        f'exec {shlex.quote(python)} "$@"',
    ]
    path = folder / SCRIPT
    write_text_atomic(path, "\n".join(lines) + "\n")
    return path
