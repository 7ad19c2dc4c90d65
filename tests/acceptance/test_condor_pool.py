"""The pool that tests of HTCondor jobs stand on does with jobs what a real one does."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.acceptance, pytest.mark.usefixtures("condor_pool")]


def condor(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def submit(folder: Path, script: str, *commands: str) -> str:
    """Submit a shell script; return its job's identifier."""
    (folder / "job.sh").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "job.sh").chmod(0o755)
    lines = [f"initialdir = {folder}", f"executable = {folder}/job.sh", "log = job.log", *commands, "queue"]
    (folder / "job.sub").write_text("\n".join(lines))
    return condor("condor_submit", "-terse", str(folder / "job.sub")).split()[0]


def attribute(job: str, name: str) -> str:
    """Return an attribute of a job, from the queue or the history, once it has a value."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for command in ("condor_q", "condor_history"):
            value = condor(command, job, "-autoformat", name).strip()
            if value not in ("", "undefined"):
                return value
        time.sleep(0.2)
    raise AssertionError(f"{job} has no {name}: {condor('condor_q', '-better-analyze', job)}")


def wait_for_file(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.1)


def test_exit_code_is_in_the_history(tmp_path: Path) -> None:
    assert attribute(submit(tmp_path, "exit 7"), "ExitCode") == "7"


def test_private_files_are_within_reach(tmp_path: Path) -> None:
    """Jobs read and write what the tests do, as on a site with a shared file system."""
    tmp_path.chmod(0o700)
    (tmp_path / "input").write_text("42\n")
    job = submit(tmp_path, f"cp {tmp_path}/input {tmp_path}/output", "should_transfer_files = NO")
    assert attribute(job, "ExitCode") == "0"
    assert (tmp_path / "output").read_text() == "42\n"


def test_held_job_says_why(tmp_path: Path) -> None:
    job = submit(tmp_path, "true", "transfer_input_files = absent", "should_transfer_files = YES")
    attribute(job, "HoldReasonCode")
    (found,) = json.loads(condor("condor_q", job, "-json"))
    condor("condor_rm", job)
    assert found["JobStatus"] == 5
    assert "absent" in found["HoldReason"]


def test_evicted_job_is_run_again(tmp_path: Path) -> None:
    again = f"test -e {tmp_path}/first && exit 3; touch {tmp_path}/first; sleep 60"
    job = submit(tmp_path, again, "should_transfer_files = NO")
    wait_for_file(tmp_path / "first")
    condor("condor_vacate_job", job)
    assert attribute(job, "ExitCode") == "3"
    assert attribute(job, "NumJobStarts") == "2"
