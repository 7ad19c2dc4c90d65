"""Branches whose type changes between files."""

from __future__ import annotations

import pytest

from hepml.errors import InputError
from hepml.io.root import FileInfo
from hepml.processing.branch_types import canonical_type, refuse_changes, type_changes


def info(path, **branches):
    return FileInfo(path, "Events", path, 1, branches)


def test_changes_name_the_first_two_files():
    files = [
        info("a", x="float", y="int32_t"),
        info("b", x="float"),
        info("c", x="double", z="bool"),
        info("d", x="int"),
    ]
    (change,) = type_changes(files)
    assert (change.branch, change.first_path, change.first_type) == ("x", "a", "float")
    assert (change.other_path, change.other_type) == ("c", "double")


def test_only_branches_that_are_read_matter():
    changes = type_changes([info("a", x="float", y="int32_t"), info("b", x="double", y="int32_t")])
    refuse_changes(changes, {"y"})
    with pytest.raises(InputError, match=r"branch 'x' is 'float' in a and 'double' in b: give files of one kind"):
        refuse_changes(changes, {"x", "y"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("float[]", "std::vector<float>"),
        ("int64_t", "std::int64_t"),
        ("Float_t", "float"),
        ("std::vector<std::vector<float>>", "vector<vector<float>>"),
        ("uint8_t", "unsigned char"),
        ("bool[3]", "bool[3]"),
    ],
)
def test_spellings_of_one_type(one, other):
    assert canonical_type(one) == canonical_type(other)


@pytest.mark.parametrize(
    ("one", "other"), [("float", "double"), ("float", "float[]"), ("int32_t", "uint32_t"), ("float[2]", "float[3]")]
)
def test_different_types(one, other):
    assert canonical_type(one) != canonical_type(other)
