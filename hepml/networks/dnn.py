"""A fully connected network on tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import pydantic

from hepml.contracts import ArraySpec, Moments, Normalisation
from hepml.networks.backbone import Backbone
from hepml.networks.keras_import import import_keras
from hepml.networks.normalisation import no_normalisation, table_normalisation
from hepml.networks.seeds import SeedStream
from hepml.networks.table_input import Compression, TableTreatment, table_features
from hepml.options import Options

Activation = Literal["relu", "elu", "gelu", "leaky_relu", "selu", "silu", "tanh"]

_DEPTH = 3


class DnnOptions(Options):
    """Options of the fully connected network."""

    width: int | list[int] = pydantic.Field(256, description="Units of each hidden layer: one number, or a list")
    depth: int | None = pydantic.Field(
        None, ge=0, le=50, description="Hidden layers; default: 3, or as many as `width` lists; 0: a linear model"
    )
    activation: Activation = "silu"
    batch_norm: bool = True
    dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    residual: bool = pydantic.Field(False, description="Add each hidden layer's input to its output where widths agree")
    l1: float = pydantic.Field(0.0, ge=0, description="L1 penalty on the kernels, added to the loss; with l2: elastic")
    l2: float = pydantic.Field(0.0, ge=0, description="L2 penalty on the kernels, added to the loss")
    normalise: bool = pydantic.Field(True, description="Standardise numbers with the training part's mean and σ")
    compress: Compression = pydantic.Field("none", description="Shrink the tails of numbers, once standardised")
    indicate_missing: bool = pydantic.Field(
        True, description="One more input for each column that may be missing: 1 where it is"
    )
    one_hot_up_to: int = pydantic.Field(12, ge=0, description="Categories of more codes are embedded")
    weight_average: float = pydantic.Field(0.0, ge=0, lt=1, description="Momentum of the average over steps; 0: none")

    @property
    def widths(self) -> list[int]:
        """Units of each hidden layer."""
        if isinstance(self.width, list):
            return self.width
        return [self.width] * (_DEPTH if self.depth is None else self.depth)

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        listed = self.width if isinstance(self.width, list) else [self.width]
        if any(width <= 0 for width in listed):
            msg = "width must be positive: use depth: 0 for no hidden layer"
            raise ValueError(msg)
        if isinstance(self.width, list) and self.depth is not None and self.depth != len(self.width):
            msg = f"width lists {len(self.width)} layers and depth is {self.depth}: leave depth out"
            raise ValueError(msg)
        return self


def build_dnn(
    options: DnnOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, width): all tables side by side, then the hidden layers."""
    treatment = TableTreatment(options.compress, options.indicate_missing, options.one_hot_up_to)
    tables = [table_features(treatment, name, spec, inputs[name], seeds) for name, spec in arrays.items()]
    x = import_keras().layers.Concatenate()(tables) if len(tables) > 1 else tables[0]
    for width in options.widths:
        x = _hidden(options, x, width, seeds)
    return x


def _hidden(options: DnnOptions, x: Any, width: int, seeds: SeedStream) -> Any:
    """Dense → batch normalisation → activation → dropout, beside the identity where asked for (1512.03385)."""
    keras = import_keras()
    penalty = keras.regularizers.L1L2(options.l1, options.l2) if options.l1 or options.l2 else None
    y = keras.layers.Dense(
        width,
        use_bias=not options.batch_norm,
        kernel_initializer=keras.initializers.HeNormal(seed=seeds.next()),
        kernel_regularizer=penalty,
    )(x)
    if options.batch_norm:
        y = keras.layers.BatchNormalization(momentum=0.9)(y)
    y = keras.layers.Activation(options.activation)(y)
    if options.dropout:
        y = keras.layers.Dropout(options.dropout, seed=seeds.next())(y)
    return keras.layers.Add()([x, y]) if options.residual and x.shape[-1] == width else y


def _normalisation(options: DnnOptions, _spec: ArraySpec, moments: Moments) -> Normalisation:
    return table_normalisation(moments) if options.normalise else no_normalisation(moments)


DNN = Backbone(build=build_dnn, normalisation=_normalisation)
