"""From raw sequences and their masks to what a layer can read, and from one vector per sequence to features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import pydantic

from hepml.contracts import ArraySpec, Moments, Normalisation, batch_name
from hepml.errors import RecipeError
from hepml.networks.backbone import standardise_name
from hepml.networks.keras_import import import_keras
from hepml.networks.normalisation import no_normalisation, table_normalisation
from hepml.networks.seeds import SeedStream
from hepml.networks.table_input import Compression
from hepml.options import Options

Size = Annotated[int, pydantic.Field(gt=0)]


class SequenceInputOptions(Options):
    """What all backbones on sequences have in common; a backbone sets its own defaults."""

    dense: list[Size] = pydantic.Field([64], max_length=6, description="Fully connected layers after the pooling")
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    normalise: bool = pydantic.Field(True, description="Standardise features with the training part's mean and σ")
    compress: Compression = pydantic.Field("none", description="Shrink the tails of features, once standardised")
    indicate_missing: bool = pydantic.Field(
        True, description="One more feature for each that may be missing: 1 where it is"
    )
    weight_average: float = pydantic.Field(0.0, ge=0, lt=1, description="Momentum of the average over steps; 0: none")


def sequence_features(
    options: SequenceInputOptions,
    arrays: Mapping[str, ArraySpec],
    inputs: Mapping[str, Any],
    encoder: Callable[[Any, Any], Any],
    seeds: SeedStream,
) -> Any:
    """Return the features, shape (n, f): all sequences side by side, each encoded, then the dense layers.

    With an encoder that keeps the items, their features, shape (n, length, f): the sequences have one length then.

    Parameters
    ----------
    options : SequenceInputOptions
        Of the backbone.
    arrays : mapping of str to ArraySpec
        Sequences and masks, by batch name.
    inputs : mapping of str to Keras tensor
        Raw items, shape (n, length, f), and masks, shape (n, length).
    encoder : callable
        (items, mask) → one vector per sequence, shape (n, f), or per item; new layers in each call.
    seeds : SeedStream
        Of the dense layers.

    Raises
    ------
    RecipeError
        A sequence has no mask.
    """
    keras = import_keras()
    encoded = [
        encoder(_items(options, name, spec, inputs), inputs[batch_name(name, "mask")])
        for name, spec in arrays.items()
        if spec.role == "sequence"
    ]
    x = keras.layers.Concatenate()(encoded) if len(encoded) > 1 else encoded[0]
    for width in options.dense:
        x = dropped(options, dense_layer(width, seeds, activation="relu")(x), seeds)
    return x


def dense_layer(width: int, seeds: SeedStream, *, activation: str | None = None) -> Any:
    """Return a dense layer, which on a sequence is the same for every item."""
    keras = import_keras()
    start = keras.initializers.HeNormal if activation else keras.initializers.GlorotUniform
    return keras.layers.Dense(width, activation=activation, kernel_initializer=start(seed=seeds.next()))


def dropped(options: SequenceInputOptions, x: Any, seeds: SeedStream) -> Any:
    """Return `x` with dropout, where there is any."""
    return import_keras().layers.Dropout(options.dropout, seed=seeds.next())(x) if options.dropout else x


def sequence_normalisation(options: SequenceInputOptions, _spec: ArraySpec, moments: Moments) -> Normalisation:
    """Return the constants of the features of real items."""
    return table_normalisation(moments) if options.normalise else no_normalisation(moments)


def _items(options: SequenceInputOptions, name: str, spec: ArraySpec, inputs: Mapping[str, Any]) -> Any:
    """Return standardised items, 0 in padding; the mean stands in for what is missing."""
    from hepml.networks.layers import Compress, Standardise
    from hepml.networks.sequence_layers import MaskItems

    mask = batch_name(name, "mask")
    if mask not in inputs:
        msg = f"the sequence {name!r} has no mask {mask!r}, and the model reads {', '.join(inputs)}: list it as well"
        raise RecipeError(msg)
    indicated = [place for place, may in enumerate(spec.may_miss) if may] if options.indicate_missing else []
    missing = "indicate" if indicated else "zero"
    x = Standardise(spec.moments_shape, missing, indicated or None, name=standardise_name(name))(inputs[name])
    x = x if options.compress == "none" else Compress(options.compress)(x)
    return MaskItems()([x, inputs[mask]])
