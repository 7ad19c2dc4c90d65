"""NaN and infinity in examples."""

from __future__ import annotations

from dataclasses import replace

import awkward as ak
import numpy as np
import pytest

from hepml.contracts import Chunk, CutFlow, Examples, ObjectIndex
from hepml.errors import InputError, ProcessorError
from hepml.processing.clean import clean
from hepml.processing.finite import rows_not_finite
from hepml.representations import Column, JetImage, Table

CHUNK = Chunk("w", "w.root", "Events", "u", 1000, 1010)


def make(*, pt=None, mass=None, weight=None, spectator=None, part=None, start=None):
    table = ak.Array({"pt": np.ones(4) if pt is None else pt, "mass": np.ones(4) if mass is None else mass})
    part = [[1.0], [2.0, 3.0], [], [4.0]] if part is None else part
    particles = ak.zip({"pt": part, "eta": ak.zeros_like(ak.Array(part)), "phi": ak.zeros_like(ak.Array(part))})
    spec = Table.of([Column(name="pt", unit="GeV"), Column(name="mass", unit="GeV", missing="nan")])
    return Examples(
        inputs={
            "image": (JetImage(JetImage.Options(channels=("pt",))), particles),
            "jet": (spec, table),
        },
        object_index=ObjectIndex(event=np.array([0, 2, 5, 9]), object=np.zeros(4, int), counts=np.ones(10, int)),
        cutflow=CutFlow.start(np.ones(10) if start is None else start),
        label=np.array(["w", "qcd", "w", "qcd"]),
        weight=np.ones(4) if weight is None else weight,
        spectators={"pt_gev": np.ones(4) if spectator is None else spectator},
        key={"event": np.array([10, 11, 12, 13])},
    )


def test_parts_of_examples_are_never_left_out():
    parts = replace(make(weight=np.array([1, np.nan, 1, 1])), partial={})
    with pytest.raises(
        InputError,
        match=r"1 examples have NaN or inf in 'weight'.*: clean them in .*, or declare them `missing` there$",
    ):
        clean(parts, CHUNK, policy="drop")


def test_finite_examples_pass_unchanged():
    examples = make()
    kept, dropped = clean(examples, CHUNK, policy="stop")
    assert kept is examples
    assert dropped == {}


@pytest.mark.parametrize(
    ("change", "column", "entry"),
    [
        ({"pt": np.array([1, np.nan, np.inf, 1])}, "jet.pt", 1002),
        ({"part": [[1.0], [2.0, 3.0], [], [np.nan]]}, "image.pt", 1009),
        ({"weight": np.array([np.nan, 1, 1, 1])}, "weight", 1000),
        ({"spectator": np.array([1, 1, -np.inf, 1])}, "spectator.pt_gev", 1005),
        ({"spectator": ak.Array([1.0, 2.0, None, 1.0])}, "spectator.pt_gev", 1005),
    ],
    ids=["inf and NaN", "in a list", "weight", "spectator", "None"],
)
def test_stop_names_file_tree_column_and_entry(change, column, entry):
    with pytest.raises(InputError, match=rf"w.root, tree 'Events': [12] examples .* in '{column}', .* entry {entry}: "):
        clean(make(**change), CHUNK, policy="stop")


def test_missing_values_are_no_error_where_declared():
    kept, dropped = clean(make(mass=np.array([np.nan, 1, 1, np.nan])), CHUNK, policy="stop")
    assert kept.n == 4
    assert dropped == {}


def test_missing_spectators_are_no_error_where_declared():
    examples = replace(make(spectator=np.array([np.nan, 1, 1, 1])), missing_allowed=frozenset({"pt_gev"}))
    kept, dropped = clean(examples, CHUNK, policy="stop")
    assert kept.n == 4
    assert dropped == {}


def test_drop_counts_each_row_once():
    """Row 0 has NaN in both inputs and counts for the first; row 3 only in its weight."""
    part = [[np.nan], [2.0, 3.0], [], [4.0]]
    examples = make(part=part, pt=np.array([np.nan, np.nan, 1, 1]), weight=np.array([1, 1, 1, np.inf]))
    kept, dropped = clean(examples, CHUNK, policy="drop")
    assert dropped == {"image.pt": 1, "jet.pt": 1, "weight": 1}
    assert kept.n == 1
    assert kept.object_index.event.tolist() == [5]
    assert len(kept.object_index.counts) == 10
    assert kept.label.tolist() == ["w"]
    assert kept.key["event"].tolist() == [12]
    assert kept.inputs["image"][1].pt.tolist() == [[]]


@pytest.mark.parametrize("policy", ["stop", "drop"])
def test_the_cut_flow_must_be_finite(policy):
    """A cross-section divided by NaN is lost for the whole input, not for one row."""
    weights = np.array([1.0] * 9 + [np.nan])
    with pytest.raises(InputError, match=r"Σw of the cut flow's step 'all' is nan"):
        clean(make(start=weights), CHUNK, policy=policy)


def test_column_that_a_representation_needs():
    examples = make()
    table, columns = examples.inputs["jet"]
    wrong = Examples(
        inputs={"jet": (table, columns[["pt"]])}, object_index=examples.object_index, cutflow=examples.cutflow
    )
    with pytest.raises(ProcessorError, match=r"input 'jet' lacks the column 'mass' that Table needs: known: pt"):
        clean(wrong, CHUNK, policy="stop")


def test_rows_not_finite():
    assert rows_not_finite(np.array([1.0, -np.inf, np.nan])).tolist() == [False, True, True]
    assert rows_not_finite(np.array([1, 2])).tolist() == [False, False]
    assert rows_not_finite(ak.Array([[[np.nan]], [], [[1.0], [2.0]]])).tolist() == [True, False, False]
    assert rows_not_finite(ak.Array([])).tolist() == []
