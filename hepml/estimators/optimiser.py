"""From the recipe's optimiser to Keras's."""

from __future__ import annotations

from typing import Any

from hepml.networks.keras_import import import_keras
from hepml.recipe import Optimiser


def build_optimiser(options: Optimiser) -> Any:
    """Return the Keras optimiser.

    Weight decay is decoupled from the gradient for every kind (1711.05101) and spares biases and normalisation.
    """
    optimisers = import_keras().optimizers
    common: dict[str, Any] = {
        "learning_rate": options.learning_rate,
        "weight_decay": options.weight_decay or None,
        "global_clipnorm": options.clip_norm,
    }
    makers = {
        "adam": optimisers.Adam,
        "adamw": optimisers.AdamW,
        "sgd": optimisers.SGD,
        "rmsprop": optimisers.RMSprop,
        "adagrad": optimisers.Adagrad,
        "adadelta": optimisers.Adadelta,
    }
    if options.kind in ("sgd", "rmsprop"):
        common["momentum"] = options.momentum
    if options.kind == "sgd":
        common["nesterov"] = options.nesterov
    if options.kind == "adamw":
        common["weight_decay"] = options.weight_decay  # 0 is not None there
    optimiser = makers[options.kind](**common)
    if options.weight_decay:
        optimiser.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    return optimiser
