"""Executing a plan with any sink."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from toy_jets import write_toy_jets

from hepml.errors import OutputError, WorkerError
from hepml.processing import Sink, Workforce, execute, load_processor_file, make_plan, process_dataset
from hepml.recipe import Input


@dataclass(frozen=True)
class CountingSink(Sink):
    """Writes the number of examples of each chunk to a file of its own."""

    folder: Path
    refuse: str = ""

    def finished(self, chunk):
        return self.path(chunk).exists()

    def write(self, chunk, examples):
        if self.refuse and self.refuse in chunk.name:
            msg = "no space for this one"
            raise OutputError(msg)
        self.path(chunk).write_text(str(examples.n))
        return examples.n

    def skip(self, chunk, reason):
        self.path(chunk).write_text(f"skipped: {reason}")

    def path(self, chunk):
        return self.folder / chunk.name.replace("/", "_")

    def skipped(self, chunk):
        return self.path(chunk).read_text().startswith("skipped")

    def paths(self, chunk):
        return (self.path(chunk),)

    def verify(self, chunk):
        pass


@dataclass(frozen=True)
class ElsewhereSink(CountingSink):
    """Writes where this process does not see it, as workers without a shared file system do."""

    def finished(self, chunk):
        return False


@pytest.fixture
def run(toy_files, jets_table):
    """Return a function that brings 500 jets in chunks of 100 to a sink."""
    module = load_processor_file(jets_table)
    inputs = {name: Input(files=[str(path)]) for name, path in toy_files.items()}
    plan = make_plan(inputs, chunk_size=100, bad_input="stop")

    def execute_all(sink, **how):
        execute(plan.chunks, module.Processor, module.options({}), sink, **how)

    return execute_all


@pytest.mark.parametrize(("executor", "workers"), [("iterative", 1), ("futures", 2), ("dask", 2)])
def test_every_chunk_reaches_the_sink_once(run, tmp_path, executor, workers):
    progress = []
    run(
        CountingSink(tmp_path),
        workforce=Workforce(executor, workers),
        on_progress=lambda n, note: progress.append((n, note)),
    )
    assert [int(path.read_text()) for path in tmp_path.iterdir()] == [100] * 5
    assert progress[0] == (0, "0 of 5 chunks")
    assert progress[-1] == (1, "5 of 5 chunks")
    run(CountingSink(tmp_path), on_progress=lambda n, note: progress.append((n, note)))
    assert progress[-1] == (5, "5 of 5 chunks")


def test_what_a_sink_refuses_ends_the_run(run, tmp_path):
    with pytest.raises(OutputError, match=r"^no space for this one$"):
        run(CountingSink(tmp_path, refuse="_100-200"))
    assert len(list(tmp_path.iterdir())) == 1
    run(CountingSink(tmp_path))
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize(("executor", "workers"), [("iterative", 1), ("futures", 2)])
def test_what_is_written_elsewhere_is_not_counted(run, tmp_path, executor, workers):
    message = r"qcd.root, tree 'Events', entries 0 to 100: a worker has written .* need a shared file system"
    with pytest.raises(WorkerError, match=message):
        run(ElsewhereSink(tmp_path), workforce=Workforce(executor, workers), retries=0)


def test_nothing_to_do(tmp_path, jets_table):
    module = load_processor_file(jets_table)
    execute((), module.Processor, module.options({}), CountingSink(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("retries", [0, 1])
def test_file_that_comes_back_is_read(make_recipe, tmp_path, edited, retries):
    """Reading the first file hides the second, reading the third brings it back: one more try is enough."""
    for i, name in enumerate("abc"):
        write_toy_jets(tmp_path / f"{name}.root", 20, seed=i, kind="w", first_event=1000 * i)
    first, hidden = tmp_path / "b.root", tmp_path / "b.hidden"
    code = (
        f"path = events.metadata['filename']\n"
        f"    if path.endswith('a.root'): os.rename({str(first)!r}, {str(hidden)!r})\n"
        f"    if path.endswith('c.root'): os.rename({str(hidden)!r}, {str(first)!r})\n"
        f"    cutflow = CutFlow"
    )
    files = {"w": [tmp_path / f"{name}.root" for name in "abc"]}
    recipe = make_recipe(files, processor=edited("cutflow = CutFlow", code), process={"retries": retries})
    if retries == 0:
        with pytest.raises(Exception, match=r"b.root: there is no such file"):
            process_dataset(recipe, tmp_path / "d")
    else:
        assert process_dataset(recipe, tmp_path / "d").rows == 60
