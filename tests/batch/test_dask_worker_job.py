"""What the job of a Dask worker asks for, and the script that it runs."""

from __future__ import annotations

import ast
import subprocess
import sys

from hepml.batch.dask_worker_job import submit_commands, write_script
from hepml.batch.site import Site


def run(script, *arguments):
    return subprocess.run(["/bin/bash", str(script), *arguments], capture_output=True, text=True, check=False)


def test_submit_commands_of_the_site_win():
    site = Site(request_cpus=3, retries=5, submit={"+JobFlavour": '"workday"', "should_transfer_files": "NO"})
    commands = submit_commands(site, "dask-1")
    assert (commands["RequestCpus"], commands["max_retries"]) == ("3", "5")
    assert (commands["+JobFlavour"], commands["should_transfer_files"]) == ('"workday"', "NO")
    assert commands["+HepmlSubmission"] == '"dask-1"'
    assert "container_image" not in commands
    assert submit_commands(Site(environment={"image": "docker://x"}), "s")["container_image"] == "docker://x"


def test_script_starts_this_python(tmp_path):
    script = write_script(tmp_path, Site())
    assert run(script, "-c", "import sys; print(sys.executable)").stdout.strip() == sys.executable


def test_script_sets_variables_and_hands_arguments_on(tmp_path):
    site = Site(environment={"setup": ["export B=two"], "variables": {"A": 'it\'s "one"; $HOME'}})
    code = "import os, sys; print(os.environ['A'], os.environ['B'], sys.argv[1:])"
    assert run(write_script(tmp_path, site), "-c", code, "x y", "z").stdout == "it's \"one\"; $HOME two ['x y', 'z']\n"


def test_workers_do_not_pause(tmp_path):
    code = "import dask, distributed; print(dask.config.get('distributed.worker.memory'))"
    memory = ast.literal_eval(run(write_script(tmp_path, Site()), "-c", code).stdout)
    assert not any(memory[name] for name in ("target", "spill", "pause"))
    assert memory["terminate"] == 0.95


def test_setup_that_fails_says_so(tmp_path):
    done = run(write_script(tmp_path, Site(environment={"setup": ["true", "cd /not/there"]})), "-c", "print('started')")
    assert (done.returncode, done.stdout) == (75, "")
    assert "failed: cd /not/there" in done.stderr
