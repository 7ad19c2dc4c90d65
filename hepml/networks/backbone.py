"""What a backbone is: inputs → features, knowing nothing of labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hepml.contracts import ArraySpec, Moments, Normalisation
from hepml.networks.seeds import SeedStream


@dataclass(frozen=True)
class Backbone:
    """The two functions of a backbone; `options` is its own validated options in both.

    Attributes
    ----------
    build : callable
        ``(options, arrays, inputs, seeds)`` → features, a Keras tensor of shape (n, f).  `inputs` are raw Keras tensors
        by batch name; those with moments go through a `Standardise` layer named by `standardise_name`.
    normalisation : callable
        ``(options, spec, moments)`` → the constants of that layer.
    """

    build: Callable[[Any, Mapping[str, ArraySpec], Mapping[str, Any], SeedStream], Any]
    normalisation: Callable[[Any, ArraySpec, Moments], Normalisation]


def standardise_name(batch_name: str) -> str:
    """Return the name of the layer that holds the normalisation of an input."""
    return f"{batch_name}_standardise"
