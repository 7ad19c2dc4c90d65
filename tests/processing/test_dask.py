"""A running Dask cluster, started in another folder and without the processor file; clusters of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tiny_runs
import uproot

from hepml import workflow
from hepml.cli.arguments import Executor
from hepml.errors import MissingExtraError, RecipeError, WorkerError
from hepml.processing import ExecutorName, Workforce, process_dataset
from hepml.processing.dask_pool import dask_pool

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def start_cluster(folder, n_workers=2):
    """Start a cluster in another process and another folder; return the process and the scheduler's address."""
    (folder / "cluster.py").write_text(CLUSTER)
    command = [sys.executable, "-P", str(folder / "cluster.py"), str(n_workers)]
    cluster = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    return cluster, cluster.stdout.readline().strip()


def stop_cluster(cluster):
    cluster.communicate(timeout=30)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    cluster, address = start_cluster(tmp_path_factory.mktemp("elsewhere"))
    yield address
    stop_cluster(cluster)


@pytest.fixture(scope="module")
def recipe(make_recipe, toy_files):
    return make_recipe(toy_files)


@pytest.fixture(scope="module")
def expected(recipe, tmp_path_factory):
    return process_dataset(recipe, tmp_path_factory.mktemp("expected") / "d")


def test_same_digest_from_a_moved_processor_with_relative_paths(
    scheduler, expected, make_recipe, toy_files, tmp_path, jets_table, monkeypatch
):
    """The workers get the processor by value, a schema of its own included, and paths mean what they mean here."""
    monkeypatch.chdir(tmp_path)
    own = "class Own(BaseSchema):\n    pass\n\n\nschema = Own"
    (tmp_path / "own.py").write_text(jets_table.read_text().replace("schema = BaseSchema", own))
    for name, path in toy_files.items():
        (tmp_path / f"{name}.root").symlink_to(path)
    files = {name: Path(f"{name}.root") for name in toy_files}
    progress = []
    made = process_dataset(
        make_recipe(files, processor=tmp_path / "own.py"),
        "d",
        workforce=Workforce("dask", scheduler=scheduler),
        on_progress=lambda n, note: progress.append(n),
    )
    assert made.digest == expected.digest
    assert [(f.n_planned, f.n_processed, f.n_skipped) for f in made.files] == [(300, 300, 0), (200, 200, 0)]
    assert progress == [0, 1, 1, 1, 1, 1]


def test_worker_of_a_running_cluster_dies_once(scheduler, expected, make_recipe, toy_files, tmp_path, edited):
    died = tmp_path / "died"
    path = edited(
        "cutflow = CutFlow",
        f"died = Path({str(died)!r})\n"
        "    if events.metadata['entrystart'] == 100 and not died.exists():\n"
        "        died.touch()\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    cutflow = CutFlow",
    )
    made = process_dataset(
        make_recipe(toy_files, processor=path), tmp_path / "d", workforce=Workforce("dask", scheduler=scheduler)
    )
    assert died.exists()
    assert made.digest == expected.digest
    assert made.rows == 500


def test_file_that_comes_back_is_read(scheduler, make_recipe, toy_files, tmp_path, edited):
    """A file that cannot be opened is tried again before it is skipped: the other chunks bring it back."""
    away, place = tmp_path / "hidden.root", tmp_path / "qcd.root"
    place.write_bytes(toy_files["qcd"].read_bytes())
    code = (
        f"if events.metadata['filename'] != {str(place)!r}:\n"
        f"        time.sleep(1)\n"
        f"        if Path({str(away)!r}).exists(): os.rename({str(away)!r}, {str(place)!r})\n"
        f"    cutflow = CutFlow"
    )
    files = {"w": toy_files["w"], "qcd": place}
    changes = {"processor": edited("cutflow = CutFlow", code), "chunk_size": 1000, "process": {"bad_input": "skip"}}
    recipe = make_recipe(files, **changes)

    def hide(n, note):
        if not n:
            place.rename(away)

    made = process_dataset(recipe, tmp_path / "d", workforce=Workforce("dask", scheduler=scheduler), on_progress=hide)
    assert (made.rows, made.n_skipped) == (500, 0)


def test_friends_are_the_same(scheduler, tmp_path_factory, tmp_path):
    run = tiny_runs.flat(tmp_path_factory.getbasetemp() / "projects").run("trees")
    files = [tiny_runs.write_flat(tmp_path / f"{seed}.root", 300, seed=seed) for seed in (1, 2)]
    one = workflow.predict(run, files, tmp_path / "one")
    two = workflow.predict(run, files, tmp_path / "two", scheduler=scheduler, settings={"process.chunk_size": 100})
    assert [friend.n_selected for friend in two] == [300, 300]
    for a, b in zip(one, two, strict=True):
        arrays = [uproot.open(friend.path)["Friends"].arrays(library="np") for friend in (a, b)]
        assert arrays[0].keys() == arrays[1].keys()
        assert all((arrays[0][name] == arrays[1][name]).all() for name in arrays[0])


def test_scheduler_that_goes_away(recipe, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("hepml.processing.dask_pool.CONNECT_SECONDS", 2)
    cluster, address = start_cluster(tmp_path, 1)

    def kill(n, note):
        if n:
            cluster.kill()

    with pytest.raises(WorkerError, match=rf"the Dask scheduler {address} cannot be reached .*: check the address"):
        process_dataset(recipe, tmp_path / "d", workforce=Workforce("dask", scheduler=address), on_progress=kill)
    cluster.communicate()
    assert capfd.readouterr().err == ""
    assert process_dataset(recipe, tmp_path / "d").rows == 500


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://127.0.0.1:1", r"the Dask scheduler tcp://127.0.0.1:1 cannot be reached"),
        ("node", r"the address of a Dask scheduler is like tcp://host:8786, found 'node'"),
    ],
)
def test_scheduler_that_is_not_there(recipe, tmp_path, monkeypatch, address, message):
    monkeypatch.setattr("hepml.processing.dask_pool.CONNECT_SECONDS", 1)
    with pytest.raises(WorkerError, match=message):
        workflow.process(recipe, tmp_path / "d", scheduler=address)


def test_scheduler_without_workers(tmp_path, monkeypatch):
    monkeypatch.setattr("hepml.processing.dask_pool.WORKERS_SECONDS", 0.5)
    cluster, address = start_cluster(tmp_path, 0)
    with pytest.raises(WorkerError, match=rf"{address} has no workers: start some"), dask_pool(1, address):
        pass
    stop_cluster(cluster)


def running(session):
    """Return the processes of a session that do something; one that nobody has waited for does not."""
    command = ["pgrep", "--session", str(session), "--runstates", "R,S,D"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


def test_control_c_ends_the_cluster_of_this_machine(recipe, tmp_path):
    """As a terminal does it: the signal goes to all processes."""
    code = "import sys; from hepml.cli import main; sys.exit(main())"
    (tmp_path / "recipe.yaml").write_text(recipe.model_dump_json())
    run = subprocess.Popen(
        [sys.executable, "-c", code, "process", "recipe.yaml", "-o", "d", "--executor", "dask", "--workers", "2"],
        cwd=tmp_path,
        env=os.environ | {"HEPML_TEST_SECONDS": "0.5"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("d/shards/*/*.json")):
        assert run.poll() is None, run.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=20)
    assert run.returncode == 130
    assert "Traceback" not in err + out
    deadline = time.monotonic() + 10
    while running(run.pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "\n" not in err.strip()


def test_what_a_worker_that_only_processes_has_loaded(recipe, tmp_path):
    """TensorFlow is not there, one thread is enough, and this process's environment is as it was."""
    before = dict(os.environ)
    with dask_pool(1, None) as pool:
        modules, n_threads = pool.submit(_state_after_import).result()
    assert "distributed" in modules
    assert not {"tensorflow", "keras"} & modules
    assert n_threads == "1"
    assert dict(os.environ) == before


def _state_after_import():
    import hepml.processing  # noqa: F401

    return {name.partition(".")[0] for name in sys.modules}, os.environ["OMP_NUM_THREADS"]


def test_scheduler_is_for_dask(recipe, tmp_path):
    with pytest.raises(RecipeError, match=r"only the executor dask has a scheduler, found futures and tcp://x:1"):
        workflow.process(recipe, tmp_path / "d", executor="futures", scheduler="tcp://x:1")


def test_dask_is_an_extra(recipe, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'hepml\[dask\]'"):
        process_dataset(recipe, tmp_path / "d", workforce=Workforce("dask"))


def test_command_line_knows_all_executors():
    assert Executor == ExecutorName
