"""What a backbone is: inputs → features, knowing nothing of labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hepml.contracts import ArraySpec, Moments, Normalisation
from hepml.networks.seeds import SeedStream

Build = Callable[[Any, Mapping[str, ArraySpec], Mapping[str, Any], SeedStream], Any]


@dataclass(frozen=True)
class Backbone:
    """The functions of a backbone; `options` is its own validated options in all of them.

    Attributes
    ----------
    build : callable, optional
        ``(options, arrays, inputs, seeds)`` → features, a Keras tensor of shape (n, f).  `inputs` are raw Keras tensors
        by batch name; those with moments go through a `Standardise` layer named by `standardise_name`.  None where a
        backbone has features of items alone.
    normalisation : callable
        ``(options, spec, moments)`` → the constants of that layer.
    build_items : callable, optional
        As `build`, with features for each item, shape (n, length, f), where a backbone can give them.
    gives_logits : bool
        Whether the features are the numbers before the activation of the one output, and no head is put on them.
    """

    build: Build | None
    normalisation: Callable[[Any, ArraySpec, Moments], Normalisation]
    build_items: Build | None = None
    gives_logits: bool = False


def standardise_name(batch_name: str) -> str:
    """Return the name of the layer that holds the normalisation of an input."""
    return f"{batch_name}_standardise"
