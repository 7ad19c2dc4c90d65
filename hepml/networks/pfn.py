"""Deep sets on sequences, in no order: the particle flow network (1810.05165)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pydantic

from hepml.contracts import ArraySpec
from hepml.networks.backbone import Backbone
from hepml.networks.seeds import SeedStream
from hepml.networks.sequence_input import (
    SequenceInputOptions,
    Size,
    dense_layer,
    dropped,
    sequence_features,
    sequence_normalisation,
)


class PfnOptions(SequenceInputOptions):
    """Options of the particle flow network; the paper's are ``items: [100, 100, 256], dense: [100, 100, 100]``."""

    items: list[Size] = pydantic.Field(
        [64, 64, 64], min_length=1, max_length=8, description="Fully connected layers on each item, the same for all"
    )
    pooling: Literal["sum", "mean", "max"] = pydantic.Field(
        "sum", description="Over the items; a mean does not know how many there are"
    )
    dense: list[Size] = pydantic.Field([64, 64], max_length=6, description="Fully connected layers after the pooling")


def build_pfn(
    options: PfnOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, f); they do not depend on the order of items.

    Raises
    ------
    RecipeError
        A sequence has no mask.
    """
    return sequence_features(options, arrays, inputs, lambda x, mask: _encoded(options, x, mask, seeds), seeds)


def _encoded(options: PfnOptions, x: Any, mask: Any, seeds: SeedStream) -> Any:
    from hepml.networks.sequence_layers import PoolItems

    for width in options.items:
        x = dense_layer(width, seeds, activation="relu")(x)
    return dropped(options, PoolItems(options.pooling)([x, mask]), seeds)


PFN = Backbone(build=build_pfn, normalisation=sequence_normalisation)
