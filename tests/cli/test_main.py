from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from importlib.metadata import version

import pytest
import tiny_runs

from hepml import workflow
from hepml.cli.main import COMMANDS, main


def test_version_and_help(hepml):
    assert hepml("--version").out == f"hepml, version {version('hepml')}\n"
    done = hepml("--help")
    assert done.status == 0
    assert all(name in done.out for name in COMMANDS)
    assert hepml("-h").out == done.out


@pytest.mark.parametrize("command", [*COMMANDS, "sample jets", "recipe schema"])
def test_each_command_has_help_with_an_example(hepml, command):
    done = hepml(*command.split(), "--help")
    assert done.status == 0
    assert "Usage: hepml" in done.out
    if command != "recipe":
        assert f"hepml {command}" in done.out.partition("Example")[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["proces"], "No such command 'proces'"),
        (["process"], "Missing argument 'RECIPE'"),
        (["process", "recipe.yaml"], "Missing option '-o'"),
        (["process", "recipe.yaml", "-o", "x", "--workers", "0"], "Invalid value for '--workers'"),
        (["process", "recipe.yaml", "-o", "x", "--executor", "fast"], "Invalid value for '--executor'"),
        (["process", "recipe.yaml", "-o", "x", "--set", "training.epochs"], "write NAME=VALUE"),
        (["process", "recipe.yaml", "-o", "x", "--set", "training.epochs=[1"], "is not a value in YAML"),
        (["process", "recipe.yaml", "-o", "x", "--input", "w"], "write NAME=VALUE"),
        (["sample", "jets", "--events", "10", "-o", "x", "--pt-gev", "[1"], "is not a value in YAML"),
        (["predict", "run", "-o", "x"], "Missing argument 'FILE…'"),
        (["evaluate", "-o", "x"], "Missing argument"),
    ],
)
def test_wrong_usage_is_status_2(hepml, arguments, message):
    done = hepml(*arguments)
    assert done.status == 2
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("place", [0, 1, 3])
def test_debug_shows_the_traceback_wherever_it_stands(tmp_path, place):
    arguments = ["status", str(tmp_path), "--verify"]
    arguments.insert(place, "--debug")
    done = subprocess.run([sys.executable, "-m", "hepml", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback (most recent call last)" in done.stderr
    assert "hepml.errors.DatasetError: " in done.stderr


def test_a_warning_is_a_line(hepml, monkeypatch):
    def warns(*_args, **_options):
        code = compile("import warnings; warnings.warn('the checkpoint is damaged')", "x", "exec")
        exec(code, {"__name__": "hepml.estimators.somewhere"})
        exec(code.replace(co_filename="y"), {"__name__": "coffea.somewhere"})
        raise KeyboardInterrupt

    monkeypatch.setattr(workflow, "status", warns)
    done = hepml("status", "dataset")
    assert done.err.splitlines()[0] == "hepml: warning: the checkpoint is damaged"
    assert done.err.count("damaged") == 1
    assert warnings.filters


def test_interrupted(hepml, monkeypatch):
    def stops(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(workflow, "status", stops)
    done = hepml("status", "dataset")
    assert done.status == 130
    assert done.err.strip() == "hepml: interrupted: the same command goes on from here"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_control_c_in_the_middle_of_processing(hepml, tmp_path, workers):
    """It ends at once, without a traceback, and the same command goes on."""
    for index, name in enumerate(("signal", "background")):
        tiny_runs.write_flat(tmp_path / f"{name}.root", 600, seed=index, first_event=index * 600)
    project = tiny_runs.write_project(
        tmp_path,
        inputs={name: {"files": str(tmp_path / f"{name}.root"), "label": name} for name in ("signal", "background")},
        processor={"file": str(tiny_runs.FLAT)},
        event_key=["event"],
        process={"chunk_size": 100},
    )
    arguments = ["process", str(project.recipe), "-o", str(tmp_path / "out"), "--workers", workers]
    process = subprocess.Popen(
        [sys.executable, "-m", "hepml", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while len(list((tmp_path / "out").glob("shards/*/*.json"))) < 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "hepml: interrupted: the same command goes on from here"
    assert workers == "2" or len(said.strip().splitlines()) == 1, said  # Python itself may say something in a worker
    assert hepml(*arguments[:-2]).status == 0
    assert workflow.status(tmp_path / "out").rows == 1200


def test_a_reader_that_has_had_enough(flat):
    """As in ``hepml status dataset | head -1``."""
    flat.dataset  # noqa: B018
    command = f"{sys.executable} -m hepml recipe schema | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "{"
    assert done.stderr == ""


def test_tensorflow_does_not_greet(jets, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    arguments = ["predict", str(jets.run("dense")), str(jets.folder / "w.root"), "-o", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "hepml", *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "w_friend.root" in done.stdout


@pytest.mark.parametrize(("given", "found"), [(None, "passive"), ("active", "active")])
def test_waiting_threads_do_not_spin_unless_the_user_wants_it(monkeypatch, given, found):
    monkeypatch.setattr("sys.argv", ["hepml", "--version"])
    if given is None:
        monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    else:
        monkeypatch.setenv("OMP_WAIT_POLICY", given)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, os.environ["OMP_WAIT_POLICY"]) == (0, found)
