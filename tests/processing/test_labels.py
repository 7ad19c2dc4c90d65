"""Labels of examples."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepml.errors import ProcessorError, RecipeError
from hepml.processing.labels import label_indices

CLASSES = ("w", "qcd", "top")


def indices(label, *, n=3, default=None, classes=CLASSES):
    return label_indices(label, n=n, default=default, classes=classes)


def test_label_of_the_input():
    assert indices(None, default="qcd").tolist() == [1, 1, 1]
    assert indices(None).tolist() == [-1, -1, -1]
    assert indices(None, classes=()).dtype == np.int16


@pytest.mark.parametrize(
    "label",
    [
        np.array(["top", "w", "top"]),
        ak.Array(["top", "w", "top"]),
        np.array([2, 0, 2]),
        np.array([2.0, 0.0, 2.0]),
        ak.Array([2, 0, 2]),
    ],
    ids=["names", "awkward names", "indices", "whole floats", "awkward indices"],
)
def test_names_and_indices(label):
    """A label of the processor overrides that of the input."""
    found = indices(label, default="qcd")
    assert found.tolist() == [2, 0, 2]
    assert found.dtype == np.int16


def test_unlabelled_rows():
    assert indices(np.array([-1, 1, 0])).tolist() == [-1, 1, 0]


def test_nothing():
    assert indices(np.zeros(0, "U1"), n=0).tolist() == []
    assert indices(np.zeros(0), n=0, classes=()).tolist() == []


def test_unknown_labels():
    with pytest.raises(ProcessorError, match=r"holds 'topp', which is not a class: did you mean 'top'"):
        indices(np.array(["w", "topp", "w"]))
    with pytest.raises(ProcessorError, match=r"holds 3, and the classes .* have the indices 0 to 2"):
        indices(np.array([0, 3, 1]))
    with pytest.raises(ProcessorError, match=r"must be class names or indices, one per example, found float64"):
        indices(np.array([0.0, 0.5, 1.0]))


def test_labels_without_classes():
    with pytest.raises(RecipeError, match=r"the recipe names no classes: list them under `classes`"):
        indices(np.array([0, 1, 0]), classes=())
