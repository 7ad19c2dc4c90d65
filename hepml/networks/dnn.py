"""A fully connected network on tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pydantic

from hepml.contracts import ArraySpec, Moments, Normalisation
from hepml.networks.backbone import Backbone, standardise_name
from hepml.networks.keras_import import import_keras
from hepml.networks.normalisation import table_normalisation
from hepml.networks.seeds import SeedStream
from hepml.options import Options

Activation = Literal["relu", "elu", "gelu", "leaky_relu", "selu", "silu", "tanh"]


class DnnOptions(Options):
    """Options of the fully connected network."""

    width: int = pydantic.Field(128, gt=0, description="Units of each hidden layer")
    depth: int = pydantic.Field(3, ge=0, le=50, description="Hidden layers")
    activation: Activation = "silu"
    batch_norm: bool = True
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    l2: float = pydantic.Field(0.0, ge=0, description="L2 penalty on the kernels, added to the loss")
    indicate_missing: bool = pydantic.Field(False, description="One more input per feature: 1 where it is missing")
    weight_average: float = pydantic.Field(0.0, ge=0, lt=1, description="Momentum of the average over steps; 0: none")


def build_dnn(
    options: DnnOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, width): all tables standardised, side by side, then `depth` layers."""
    keras = import_keras()
    from hepml.networks.layers import Standardise

    missing = "indicate" if options.indicate_missing else "zero"
    tables = [
        Standardise(spec.moments_shape, missing=missing, name=standardise_name(name))(inputs[name])
        for name, spec in arrays.items()
    ]
    x = keras.layers.Concatenate()(tables) if len(tables) > 1 else tables[0]
    for _ in range(options.depth):
        x = keras.layers.Dense(
            options.width,
            use_bias=not options.batch_norm,
            kernel_initializer=keras.initializers.HeNormal(seed=seeds.next()),
            kernel_regularizer=keras.regularizers.L2(options.l2) if options.l2 else None,
        )(x)
        if options.batch_norm:
            x = keras.layers.BatchNormalization(momentum=0.9)(x)
        x = keras.layers.Activation(options.activation)(x)
        if options.dropout:
            x = keras.layers.Dropout(options.dropout, seed=seeds.next())(x)
    return x


def _normalisation(_options: DnnOptions, _spec: ArraySpec, moments: Moments) -> Normalisation:
    return table_normalisation(moments)


DNN = Backbone(build=build_dnn, normalisation=_normalisation)
