"""The processor as a plain coffea processor, without anything else of hepml."""

from __future__ import annotations

import pytest
from coffea.nanoevents import BaseSchema, NanoEventsFactory
from coffea.processor import FuturesExecutor, IterativeExecutor, Runner
from coffea.util import coffea_console

from hepml.errors import InputError, ProcessorError, RecipeError, ShapeError
from hepml.processing import load_processor_file


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr(coffea_console, "quiet", True)


@pytest.fixture
def events(toy_files):
    def read(path=toy_files["w"], **metadata):
        about = {"dataset": "w", "filename": str(path), "treename": "Events", "fileuuid": "u"} | metadata
        return NanoEventsFactory.from_root({str(path): "Events"}, schemaclass=BaseSchema, metadata=about).events()

    return read


@pytest.mark.parametrize("executor", [IterativeExecutor(status=False), FuturesExecutor(workers=1, status=False)])
def test_in_a_plain_runner(executor, toy_files, jets_table):
    """Cut flows, histograms and counts accumulate by dataset."""
    fileset = {name: {"files": {str(path): "Events"}} for name, path in toy_files.items()}
    runner = Runner(executor, schema=BaseSchema, chunksize=70, metadata_cache={})
    out = runner(fileset, load_processor_file(jets_table).Processor())
    assert {name: part["n"] for name, part in out.items()} == {"w": 300, "qcd": 200}
    step = out["w"]["cutflow"].steps[0]
    assert (step.name, step.n, step.sum_w2) == ("all", 300, 300.0)
    assert step.sum_w < 300
    assert out["w"]["histograms"]["jet_pt"].sum(flow=True).value == step.sum_w


def test_on_events_at_hand(events, jets_table):
    out = load_processor_file(jets_table).Processor({"pt_min_gev": 1e9}).process(events())
    assert out["w"]["n"] == 0


def test_options_are_checked(jets_table):
    with pytest.raises(RecipeError, match=r"unknown key 'options.pixel': did you mean 'pixels'"):
        load_processor_file(jets_table).Processor({"pixel": 3})


def test_missing_branch_names_the_nearest_and_the_line(events, edited):
    path = edited("events.jet_pt >=", "events.jet_ptt >=")
    line = next(i for i, text in enumerate(path.read_text().splitlines(), 1) if "jet_ptt" in text)
    with pytest.raises(
        InputError, match=rf"w.root, tree 'Events': there is no branch 'jet_ptt': .*'jet_pt'.*line {line}"
    ):
        load_processor_file(path).Processor().process(events())


def test_missing_column_of_a_list_of_names(events, edited):
    path = edited('jets[f"part_{name}"]', 'jets[f"parts_{name}"]')
    with pytest.raises(InputError, match=r"there is no branch 'parts_pt': did you mean 'part_pt'"):
        load_processor_file(path).Processor().process(events())


def test_mistake_in_the_code_shows_file_and_line(events, edited):
    path = edited("weight = ak.to_numpy(jets.generator_weight)", "weight = ak.to_numpy(jets.generator_weight) @ 'x'")
    with pytest.raises(
        ProcessorError,
        match=r"edited.py, line \d+, in `weight = .*`: \w+Error: .*w.root, tree 'Events', entries 0 to 300",
    ) as caught:
        load_processor_file(path).Processor().process(events())
    assert "\n" not in str(caught.value)


def test_mistake_in_the_contract_shows_file_and_line(events, edited):
    path = edited("weight=weight,\n        spectators", "weight=weight[1:],\n        spectators")
    with pytest.raises(ShapeError, match=r"edited.py, line \d+, in `return Examples\(`: .* but weight has 299 rows"):
        load_processor_file(path).Processor().process(events())


def test_an_os_error_of_the_users_own_is_not_the_inputs_fault(events, edited):
    path = edited("cutflow = CutFlow", "open('/no/such/model')\n    cutflow = CutFlow")
    with pytest.raises(ProcessorError, match=r"edited.py, line \d+, .*FileNotFoundError"):
        load_processor_file(path).Processor().process(events())


def test_bad_basket_names_file_tree_and_branch(events, toy_files, jets_table, break_basket, tmp_path):
    bad = break_basket(toy_files["w"], tmp_path / "bad.root")
    with pytest.raises(
        InputError,
        match=r"bad.root, tree 'Events', entries 0 to 300, branch 'part_pt': cannot be read \(error: Error -3",
    ):
        load_processor_file(jets_table).Processor().process(events(bad))


def test_missing_memory_is_said_to_be_that(events, edited):
    path = edited("cutflow = CutFlow", "raise MemoryError\n    cutflow = CutFlow")
    with pytest.raises(ProcessorError, match=r"not enough memory: lower process.chunk_size"):
        load_processor_file(path).Processor().process(events())
