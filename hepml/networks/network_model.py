"""Inputs → backbone → heads: the whole Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hepml.contracts import ModelSpec, Moments
from hepml.errors import DatasetError, RecipeError
from hepml.networks.backbone import Backbone, standardise_name
from hepml.networks.heads import attach_heads
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream


def build_model(spec: ModelSpec, backbone: Backbone) -> Any:
    """Return the Keras model: raw inputs by batch name → outputs by name; its normalisation is the identity.

    Raises
    ------
    RecipeError
        The task has outputs per item, and the backbone gives features for an example alone.
    """
    keras = import_keras()
    seeds = SeedStream(spec.seed)
    inputs = {
        name: keras.Input(array.shape, dtype=array.dtype, name=name) for name, array in sorted(spec.arrays.items())
    }
    build = backbone.build_items if spec.task.per_item else backbone.build
    if build is None:
        own, other = ("example", "item") if spec.task.per_item else ("item", "example")
        msg = f"{spec.estimator!r} has one output per {own} and the task has one per {other}: use another model"
        raise RecipeError(msg)
    features = build(spec.options, spec.arrays, inputs, seeds)
    return keras.Model(
        inputs, attach_heads(features, spec.task, seeds, given=backbone.gives_logits), name=spec.estimator
    )


def set_normalisation(model: Any, spec: ModelSpec, backbone: Backbone, moments: Mapping[str, Moments]) -> None:
    """Put the constants of the training part into the model.

    Raises
    ------
    DatasetError
        An input that is to be normalised has no moments.
    """
    for name, array in spec.arrays.items():
        if not array.moments_shape or (array.categories and all(array.categories)):
            continue  # a table of categories alone has no number to standardise
        if name not in moments:
            msg = (
                f"input {name!r} is normalised by the training part's moments, and the dataset has none: process it "
                "again"
            )
            raise DatasetError(msg)
        layer = model.get_layer(standardise_name(name))
        layer.set_constants(backbone.normalisation(spec.options, array, moments[name]))


def enable_augmentation(model: Any, *, enabled: bool) -> None:
    """Switch the random changes of training images on or off."""
    from hepml.networks.layers import AUGMENTATIONS

    for layer in model.layers:
        if isinstance(layer, AUGMENTATIONS):
            layer.enabled = enabled
