"""Branches whose type changes between the files of a plan."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hepml.errors import InputError
from hepml.io.root import FileInfo

_VECTOR = re.compile(r"^(?:std::)?(?:vector|ROOT::VecOps::RVec|ROOT::RVec)<(.*)>$")
_SPELLINGS = {
    "float": "float32", "double": "float64", "bool": "bool", "char": "int8", "short": "int16", "int": "int32",
    "unsigned char": "uint8", "unsigned short": "uint16", "unsigned int": "uint32",
    "Float_t": "float32", "Double_t": "float64", "Bool_t": "bool", "Char_t": "int8", "UChar_t": "uint8",
    "Short_t": "int16", "UShort_t": "uint16", "Int_t": "int32", "UInt_t": "uint32", "Long64_t": "int64",
    "ULong64_t": "uint64",
}  # fmt: skip


@dataclass(frozen=True)
class TypeChange:
    """One branch with two types: in the first file that has it, and in the first that differs."""

    branch: str
    first_path: str
    first_type: str
    other_path: str
    other_type: str

    @property
    def error(self) -> InputError:
        """What to raise where the branch is needed."""
        return InputError(
            f"branch {self.branch!r} is {self.first_type!r} in {self.first_path} and {self.other_type!r} in "
            f"{self.other_path}: give files of one kind, or write them anew with one type"
        )


def type_changes(files: Iterable[FileInfo]) -> tuple[TypeChange, ...]:
    """Return the branches that have not the same type in all files that have them.

    TTree and RNTuple may spell one type differently (``float[]``, ``std::vector<float>``): that is no change.
    """
    first: dict[str, FileInfo] = {}
    changes: dict[str, TypeChange] = {}
    seen: dict[int, object] = {}  # thousands of files share a few mappings, and one look at each will do
    for file in files:
        if id(file.branches) in seen:
            continue
        seen[id(file.branches)] = file.branches
        for branch, kind in file.branches.items():
            known = first.setdefault(branch, file)
            if branch not in changes and canonical_type(known.branches[branch]) != canonical_type(kind):
                changes[branch] = TypeChange(branch, known.path, known.branches[branch], file.path, kind)
    return tuple(changes.values())


def refuse_changes(changes: Iterable[TypeChange], branches: Collection[str]) -> None:
    """Raise for the first change that concerns one of `branches`, those that are read.

    Raises
    ------
    InputError
        Names the branch, both files and both types.
    """
    for change in changes:
        if change.branch in branches:
            raise change.error


def canonical_type(name: str) -> str:
    """Return one spelling of a C++ type name.

    Examples
    --------
    >>> [canonical_type(name) for name in ("float[]", "std::vector<float>", "Int_t", "int32_t")]
    ['float32[]', 'float32[]', 'int32', 'int32']
    """
    vector = _VECTOR.match(name)
    if vector:
        return canonical_type(vector.group(1).strip()) + "[]"
    element, bracket, rest = name.partition("[")
    element = element.removeprefix("std::")
    return _SPELLINGS.get(element, element.removesuffix("_t")) + bracket + rest
