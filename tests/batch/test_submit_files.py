"""What HTCondor and the shell are given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hepml.batch.exit_codes import TRANSIENT
from hepml.batch.site import Site
from hepml.batch.submit_check import check_submit_file, refuse_folder_name
from hepml.batch.submit_files import Batch, JobLine, job_name, write_submit_file, write_wrapper
from hepml.errors import BatchError, SiteError

FAKE_PYTHON = """#!/bin/bash
if [ "$1" = -c ]; then exit {imports}; fi
echo "$@" > arguments
mkdir -p output && echo result > output/result
{work}
"""


@pytest.fixture
def make(tmp_path):
    """Return a function that writes the files of two jobs, and returns what they have in common."""

    def files(**site) -> Batch:
        batch = Batch("name-1", "process w", tmp_path, "order.json", ("processor.py",), Site(**site), 2)
        for number in (1, 2):
            (tmp_path / "jobs" / job_name(number)).mkdir(parents=True, exist_ok=True)
            (tmp_path / "jobs" / job_name(number) / "job.json").touch()
        for name in ("order.json", "processor.py"):
            (tmp_path / name).touch()
        write_wrapper(batch)
        write_submit_file(batch, [JobLine(1, 500), JobLine(2, 700)], attempt=1)
        return batch

    return files


def fake_python(folder: Path, *, imports: int = 0, work: str = "exit 0") -> str:
    """Write a program that takes Python's place, so that only the wrapper is under test."""
    path = folder / "fake python"
    path.write_text(FAKE_PYTHON.format(imports=imports, work=work))
    path.chmod(0o755)
    return str(path)


def run(batch: Batch, scratch: Path) -> subprocess.CompletedProcess[str]:
    scratch.mkdir(exist_ok=True)
    return subprocess.run(
        [batch.folder / "run_job.sh", "00002"], cwd=scratch, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("code", [0, 1, 3, 75, 137])
def test_the_exit_code_is_that_of_hepml(make, tmp_path, code):
    batch = make(environment={"python": fake_python(tmp_path, work=f"exit {code}")}, request_cpus=2)
    done = run(batch, tmp_path / "scratch")
    assert done.returncode == code
    job = tmp_path / "jobs" / "00002"
    said = (tmp_path / "scratch" / "arguments").read_text().split()
    assert (
        said
        == f"-m hepml condor work {tmp_path}/order.json {job}/job.json --report {job}/report.json --workers 2".split()
    )


def test_a_program_that_is_killed(make, tmp_path):
    batch = make(environment={"python": fake_python(tmp_path, work="kill -9 $$")})
    assert run(batch, tmp_path / "scratch").returncode == 128 + 9


def test_an_eviction_reaches_the_program(make, tmp_path):
    work = "trap 'echo evicted > word; exit 9' TERM; touch started; for i in $(seq 100); do sleep .1; done"
    batch = make(environment={"python": fake_python(tmp_path, work=work)})
    (tmp_path / "scratch").mkdir()
    job = subprocess.Popen([batch.folder / "run_job.sh", "00002"], cwd=tmp_path / "scratch", stderr=subprocess.DEVNULL)
    while not (tmp_path / "scratch" / "started").exists():
        assert job.poll() is None
    job.terminate()
    assert job.wait(timeout=30) == 9
    assert (tmp_path / "scratch" / "word").read_text() == "evicted\n"


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ({"environment": {"python": "/nowhere/python"}}, "there is no hepml for /nowhere/python here"),
        ({"environment": {"setup": ["source /nowhere/setup.sh"]}}, "failed: source /nowhere/setup.sh"),
        ({"environment": {"setup": ["false # whatever the comment says"]}}, "failed: false # whatever"),
    ],
)
def test_a_machine_that_lacks_something_is_another_try(make, tmp_path, site, said):
    done = run(make(**site), tmp_path / "scratch")
    assert done.returncode == TRANSIENT
    assert said in done.stderr


def test_an_archive_that_is_missing_or_damaged(make, tmp_path):
    archive = tmp_path / "it's an archive.tar.gz"
    with pytest.raises(SiteError, match=r"it's an archive\.tar\.gz is not there: pack it"):
        make(environment={"archive": str(archive)})
    archive.write_bytes(b"no archive")
    done = run(make(environment={"archive": str(archive)}), tmp_path / "scratch")
    assert done.returncode == TRANSIENT
    assert "the environment cannot be unpacked" in done.stderr


def test_results_of_jobs_that_fail_come_home(make):
    """With this command HTCondor would bring nothing of a job that ends with another code."""
    text = (make(shared_file_system=False).folder / "submit_1.sub").read_text()
    assert "\nsuccess_exit_code" not in text
    assert "transfer_output_files   = report.json, output\n" in text


def test_variables_and_setup(make, tmp_path):
    python = fake_python(tmp_path, work='echo "$A $B" > word')
    environment = {"python": python, "variables": {"A": "it's $HOME"}, "setup": ["export B=$A"]}
    assert run(make(environment=environment), tmp_path / "scratch").returncode == 0
    assert (tmp_path / "scratch" / "word").read_text() == "it's $HOME it's $HOME\n"


def test_a_packed_environment_comes_with_the_job(make, tmp_path):
    (tmp_path / "packed" / "bin").mkdir(parents=True)
    (tmp_path / "packed" / "bin" / "activate").write_text("export ACTIVE=yes\n")
    (tmp_path / "packed" / "bin" / "python").write_text(FAKE_PYTHON.format(imports=0, work="echo $ACTIVE > word"))
    (tmp_path / "packed" / "bin" / "python").chmod(0o755)
    archive = tmp_path / "my environment.tar.gz"
    subprocess.run(["tar", "-czf", archive, "-C", tmp_path / "packed", "bin"], check=True)
    batch = make(shared_file_system=False, environment={"archive": str(archive)})
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / archive.name).symlink_to(archive)  # HTCondor brings it
    assert str(archive) in (batch.folder / "submit_1.sub").read_text()
    assert run(batch, tmp_path / "scratch").returncode == 0
    assert (tmp_path / "scratch" / "word").read_text() == "yes\n"


@pytest.mark.parametrize(("copy", "code"), [("cp {source} {target}", 3), ("false {source} {target}", TRANSIENT)])
def test_results_go_to_the_storage(make, tmp_path, copy, code):
    (tmp_path / "store").mkdir()
    storage = {"target": str(tmp_path / "store"), "copy_out": copy, "attempts": 2, "wait_seconds": 0}
    python = fake_python(tmp_path, work="exit 3")
    done = run(make(shared_file_system=False, storage=storage, environment={"python": python}), tmp_path / "scratch")
    assert done.returncode == code
    if code == 3:
        packed = subprocess.run(
            ["tar", "-tf", tmp_path / "store" / "name-1-00002.tar"], capture_output=True, text=True, check=True
        )
        assert packed.stdout.split() == ["output/", "output/result"]
        size = (tmp_path / "store" / "name-1-00002.tar").stat().st_size
        assert (tmp_path / "scratch" / "stored.txt").read_text() == f"{size}\n"
    else:
        assert "copy 2 of 2 failed" in done.stderr
        assert (tmp_path / "scratch" / "stored.txt").read_text() == ""


def test_what_condor_submit_misses(make, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # without HTCondor
    batch = make(shared_file_system=False)
    path = batch.folder / "submit_1.sub"
    assert "not by condor_submit" in check_submit_file(path, scratch=tmp_path)
    good = path.read_text()
    for old, new, message in [
        ("$(memory)", "$(memoy)", r"\$\(memoy\) is defined nowhere"),
        ("run_job.sh", "run_jobs.sh", r"the executable .*run_jobs.sh is not there"),
        ("jobs.log", "nowhere/jobs.log", r"the folder of the log .*nowhere/jobs.log is not there"),
        ("processor.py", "processors.py", r"the input .*processors.py of .*00001 is not there"),
        ("/jobs/$(job)", "/job/$(job)", r"the folder .*/job/00001 is not there"),
        ("= $(memory)", "= much", r"request_memory is 'much', not a whole number above 0"),
    ]:
        assert old in good
        path.write_text(good.replace(old, new))
        with pytest.raises(BatchError, match=message):
            check_submit_file(path, scratch=tmp_path)


@pytest.mark.parametrize("name", ["a,b", "a b", "$(x)", 'a"b'])
def test_names_that_would_be_read_as_several(name):
    with pytest.raises(BatchError, match=r"would not read a path with .* as one"):
        refuse_folder_name(Path("/data") / name)


def test_python_of_the_jobs(make, tmp_path):
    assert f"python={sys.executable}\n" in (make().folder / "run_job.sh").read_text()
    image = make(environment={"image": "docker://a"})
    assert "python=python3\n" in (image.folder / "run_job.sh").read_text()
    assert "container_image         = docker://a" in (image.folder / "submit_1.sub").read_text()
    assert os.access(image.folder / "run_job.sh", os.X_OK)
