"""What a task is built from beside its own options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hepml.contracts import ArraySpec


@dataclass(frozen=True)
class TaskContext:
    """What the dataset and the model say.

    Attributes
    ----------
    classes : tuple of str
        Class names in label order; may be empty.
    inputs : tuple of str
        The processor's inputs that the model reads.
    arrays : mapping of str to ArraySpec
        All batch arrays of the dataset, by batch name.
    """

    classes: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    arrays: Mapping[str, ArraySpec] = field(default_factory=dict)
