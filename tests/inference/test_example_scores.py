from __future__ import annotations

from dataclasses import replace

import awkward as ak
import numpy as np
import pytest

from hepml.contracts import ArraySpec, CutFlow, Examples, ObjectIndex
from hepml.errors import RunError
from hepml.inference import example_scores, load_run
from hepml.inference.example_scores import _piece_rows, score_examples
from hepml.representations import JetImage, JetImageOptions


def _examples(n: int, **inputs) -> Examples:
    return Examples(inputs=inputs, object_index=ObjectIndex(np.arange(n)), cutflow=CutFlow.start(np.ones(n)))


PARTICLES = ak.Array({"pt": [[30.0, 10.0], []], "eta": [[0.1, -0.1], []], "phi": [[3.1, -3.1], []]})


def _image(pixels: int) -> JetImage:
    return JetImage(JetImageOptions(pixels=pixels))


def test_scores_by_branch_name(jets):
    particles = ak.with_field(PARTICLES, ak.zeros_like(PARTICLES["pt"]), "charge")
    run = load_run(jets.run("pixels"))
    scores = score_examples(run, _examples(2, image=(_image(7), particles)))
    assert list(scores) == ["pixels_score"]
    assert scores["pixels_score"].shape == (2,)
    assert score_examples(run, _examples(0, image=(_image(7), particles[:0])))["pixels_score"].shape == (0,)


def test_another_representation_is_named_by_what_differs(jets):
    run = load_run(jets.run("pixels"))
    with pytest.raises(RunError, match=r"another pixels \(9\) than the run was trained on \(7\): use"):
        score_examples(run, _examples(2, image=(_image(9), PARTICLES)))
    with pytest.raises(RunError, match=r"reads input .image., which the processor does not make: did you mean"):
        score_examples(run, _examples(2, images=(_image(7), PARTICLES)))


def test_options_that_are_younger_than_the_run_have_their_defaults(jets):
    """A later version of hepml may give a representation another option."""
    run = load_run(jets.run("pixels"))
    spec = run.info.representations["image"]
    older = replace(spec, options={key: value for key, value in spec.options.items() if key != "flip"})
    old_run = replace(run, info=replace(run.info, representations={"image": older}))
    particles = ak.with_field(PARTICLES, ak.zeros_like(PARTICLES["pt"]), "charge")
    examples = _examples(2, image=(_image(7), particles))
    np.testing.assert_array_equal(
        score_examples(old_run, examples)["pixels_score"], score_examples(run, examples)["pixels_score"]
    )


def test_the_size_of_a_piece_is_bounded_in_rows_and_in_bytes():
    assert _piece_rows([ArraySpec((16,))]) == 65_536
    assert _piece_rows([ArraySpec((37, 37, 3)), ArraySpec((11,))]) == 1024  # of 1527 as many as are whole batches
    assert _piece_rows([ArraySpec((400, 400, 2))]) == 19
    assert _piece_rows([ArraySpec((10_000, 10_000, 1))]) == 1


def test_scores_do_not_depend_on_pieces(jets, monkeypatch):
    run = load_run(jets.run("pixels"))
    rng = np.random.default_rng(1)
    columns = {name: ak.unflatten(rng.uniform(-1, 1, 1300), 13) for name in ("pt", "eta", "phi", "charge")}
    particles = ak.zip(columns | {"pt": abs(columns["pt"])}, depth_limit=1)
    whole = score_examples(run, _examples(100, image=(_image(7), particles)))["pixels_score"]
    monkeypatch.setattr(example_scores, "PIECE_BYTES", 7 * 7 * 3 * 4 * 9)
    pieces = score_examples(run, _examples(100, image=(_image(7), particles)))["pixels_score"]
    assert len(np.unique(whole)) > 10
    np.testing.assert_array_equal(pieces, whole)
