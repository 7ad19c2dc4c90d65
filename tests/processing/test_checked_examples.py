"""What a user's function may return."""

from __future__ import annotations

import awkward as ak
import hist
import numpy as np
import pytest

from hepml.contracts import CutFlow, Examples, ObjectIndex
from hepml.errors import ProcessorError
from hepml.processing.checked_examples import checked_examples
from hepml.representations import JetImage, Table

TABLE = Table.of({"pt": "GeV"})
PARTICLES = ak.Array({name: [[1.0]] * 3 for name in ("pt", "eta", "phi")})


def make(**changes):
    n = len(changes.get("object_index", ObjectIndex(event=np.arange(3))).event)
    parts = {
        "inputs": {"jet": (TABLE, ak.Array({"pt": np.ones(n)}))},
        "object_index": ObjectIndex(event=np.arange(3)),
        "cutflow": CutFlow.start(np.ones(5)),
    }
    return Examples(**(parts | changes))


def test_good_examples_are_returned_as_they_are():
    examples = make()
    assert checked_examples(examples, n_events=5) is examples


def test_none_selected():
    none = make(object_index=ObjectIndex(event=np.zeros(0)))
    assert checked_examples(none, n_events=5).n == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cutflow": CutFlow.start(np.ones(4))}, r"begin with all 5 events of the chunk, found 'all' with 4 events"),
        ({"cutflow": CutFlow(())}, r"begin with all 5 events of the chunk, found nothing"),
        ({"object_index": ObjectIndex(event=np.array([0, 5]))}, r"runs from 0 to 5 in a chunk of 5 events"),
        ({"object_index": ObjectIndex(event=np.array([-1]))}, r"runs from -1 to -1"),
        ({"object_index": ObjectIndex(event=np.array([0.5]))}, r"event must be integers, one per row, found float64"),
        (
            {"object_index": ObjectIndex(event=np.array([0]), object=np.array([0]), counts=np.array([1]))},
            r"counts has 1 entries: give the collection's size in all 5 events",
        ),
        (
            {"object_index": ObjectIndex(event=np.array([1]), object=np.array([2]), counts=np.array([0, 2, 0, 0, 0]))},
            r"object is 2 in event 1 of the chunk, which has 2 objects: count from 0 before any cut",
        ),
        ({"spectators": {"jet.pt": np.ones(3)}}, r"spectators has the name 'jet.pt': use letters"),
        ({"missing_allowed": frozenset({"mass"})}, r"missing_allowed names 'mass', no spectator: none is known here"),
        ({"histograms": {"jet pt": hist.Hist.new.Reg(1, 0, 1).Double()}}, r"histograms has the name 'jet pt'"),
        ({"partial": {}}, r"partial says that rows are parts of examples: give Examples.key"),
        (
            {"partial": {"met": "sum"}, "key": {"lumi": np.ones(3, int)}, "spectators": {"met_gev": np.ones(3)}},
            r"partial names 'met', no spectator: did you mean 'met_gev'",
        ),
        (
            {"partial": {"met_gev": "mean"}, "key": {"lumi": np.ones(3, int)}, "spectators": {"met_gev": np.ones(3)}},
            r"partial\['met_gev'\] is 'mean': must be one of sum, min, max, same",
        ),
        (
            {"partial": {}, "key": {"lumi": np.ones(3, int)}, "inputs": {"jet": (JetImage(), PARTICLES)}},
            r"JetImage of input 'jet' cannot combine parts of examples: choose a representation that is Additive",
        ),
        ({"histograms": {"pt": np.ones(3)}}, r"histograms\['pt'\] must be a hist.Hist, found ndarray"),
        ({"inputs": {"jet": ("table", np.ones(3))}}, r"inputs\['jet'\] must be \(representation, columns\)"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ProcessorError, match=message):
        checked_examples(make(**changes), n_events=5)


def test_something_else():
    with pytest.raises(ProcessorError, match=r"`examples` must return hepml.Examples, found dict"):
        checked_examples({}, n_events=5)
