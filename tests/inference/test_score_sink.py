"""What the sink of `predict` refuses before it loads a run."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepml.contracts import Chunk, CutFlow, Examples, ObjectIndex
from hepml.errors import RunError
from hepml.inference.score_sink import ScoreSink
from hepml.representations import Table


def test_parts_of_examples_have_no_scores(tmp_path):
    parts = Examples(
        inputs={"hits": (Table.of({"x": "mm"}), ak.Array({"x": np.ones(2)}))},
        object_index=ObjectIndex(event=np.arange(2)),
        cutflow=CutFlow.start(np.ones(2)),
        key={"lumi": np.arange(2)},
        partial={},
    )
    sink = ScoreSink("run", str(tmp_path), "stop")
    with pytest.raises(RunError, match="run: the processor makes parts of examples"):
        sink.write(Chunk("data", "hits.root", "Events", "u", 0, 2), parts)
