"""From a task to output layers and losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hepml.contracts import RELATIVE, OutputSpec, TaskSpec
from hepml.errors import RecipeError, nearest
from hepml.networks.item_losses import gaussian_likelihood, sparse_crossentropy
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.target_scaling import Scaling, is_relative, is_standardised, relative_factor

Loss = Callable[[OutputSpec, Any, Any], Any]
"""``(output, target, logits)`` → loss, shape (n, …), without the last axis."""


def attach_heads(features: Any, task: TaskSpec, seeds: SeedStream, *, given: bool = False) -> dict[str, Any]:
    """Return each output of the task, a Keras tensor of shape (n, …, size), by name; its axes are those of `features`.

    The layer before the activation is named ``<output>_logits``: losses are taken there, where they do not saturate.
    Where the target is standardised, the activation is `InUnits`, the identity until its constants are set, or
    `GaussianInUnits`.

    Raises
    ------
    RecipeError
        The features are `given` as what heads would make of them, and there is not one output of their size.
    """
    keras = import_keras()
    outputs = {}
    for output in task.outputs:
        if given:
            own = features[output.name] if isinstance(features, Mapping) else features
            _check_given(features, task)
            logits = keras.layers.Activation("linear", name=logits_name(output))(own)
        else:
            start = keras.initializers.GlorotUniform(seed=seeds.next())
            logits = keras.layers.Dense(output.size, kernel_initializer=start, name=logits_name(output))(features)
        if is_standardised(output):
            outputs[output.name] = _in_units(output)(logits)
        else:
            outputs[output.name] = keras.layers.Activation(output.activation, dtype="float32", name=output.name)(logits)
    return outputs


def _check_given(features: Any, task: TaskSpec) -> None:
    if isinstance(features, Mapping):
        return
    found, wanted = tuple(features.shape[1:]), [output.shape for output in task.outputs]
    if wanted != [found]:
        msg = (
            f"the network has one output of shape {found} and the task asks for {wanted}: set its `places` accordingly"
        )
        raise RecipeError(msg)


def _in_units(output: OutputSpec) -> Any:
    """Return the layer that brings a standardised output to the units of its target."""
    from hepml.networks.gaussian import GaussianInUnits
    from hepml.networks.layers import InUnits

    name = units_name(output.name)
    return GaussianInUnits(output.target_size or 1, name=name) if output.activation == "gaussian" else InUnits(name)


def set_target_scaling(model: Any, scaling: Scaling) -> None:
    """Put the targets' constants into the model, so that its outputs are in the targets' units."""
    for name, (offset, scale) in scaling.items():
        model.get_layer(units_name(name)).set_constants(offset, scale)


def logits_name(output: OutputSpec) -> str:
    """Return the name of the layer before the activation of an output."""
    return f"{output.name}_logits"


def units_name(output_name: str) -> str:
    """Return the name of the layer that brings a standardised output to the units of its target."""
    return f"{output_name}_in_units"


def head_names(task: TaskSpec) -> frozenset[str]:
    """Return the names of all layers that `attach_heads` makes; all others are the backbone."""
    return frozenset(name for o in task.outputs for name in (logits_name(o), units_name(o.name), o.name))


def logits_model(model: Any, task: TaskSpec) -> Any:
    """Return the model up to its logits, by output name; it shares all layers with `model`."""
    keras = import_keras()
    return keras.Model(model.input, {o.name: model.get_layer(logits_name(o)).output for o in task.outputs})


def loss_per_example(task: TaskSpec, targets: Mapping[str, Any], logits: Mapping[str, Any]) -> Any:
    """Return the sum of the outputs' losses with their shares, shape (n,); a loss per item or cell is averaged.

    So an example counts as its weight says, however many items it has; items without a target do not count in its mean.

    Raises
    ------
    RecipeError
        A loss that networks do not know.
    """
    ops = import_keras().ops
    total = 0.0
    for output in task.outputs:
        loss = _loss(output)(output, targets[output.name], logits[output.name])
        total += output.loss_weight * ops.mean(ops.reshape(loss, (ops.shape(loss)[0], -1)), axis=1)
    return total


def _binary_crossentropy(_output: OutputSpec, target: Any, logits: Any) -> Any:
    ops = import_keras().ops
    return ops.mean(ops.binary_crossentropy(target, logits, from_logits=True), axis=-1)


def _categorical_crossentropy(_output: OutputSpec, target: Any, logits: Any) -> Any:
    return import_keras().ops.categorical_crossentropy(target, logits, from_logits=True)


def _squared(_output: OutputSpec, error: Any) -> Any:
    return import_keras().ops.square(error)


def _absolute(_output: OutputSpec, error: Any) -> Any:
    return import_keras().ops.abs(error)


def _huber(output: OutputSpec, error: Any) -> Any:
    """Quadratic up to δ and linear beyond, with a continuous slope: its half square meets ``mse`` / 2."""
    ops, delta = import_keras().ops, float(output.loss_options.get("delta", 1.0))
    size = ops.abs(error)
    inside = ops.minimum(size, delta)
    return 0.5 * ops.square(inside) + delta * (size - inside)


def _of_error(function: Callable[[OutputSpec, Any], Any]) -> Loss:
    """Return the loss of an error, or relative error, averaged over the last axis; targets of NaN do not count."""

    def loss(output: OutputSpec, target: Any, prediction: Any) -> Any:
        ops = import_keras().ops
        missing = ops.isnan(target)
        # Zero before the loss, not after it: the gradient of NaN times zero is NaN.
        known = ops.where(missing, ops.ones_like(target), target)
        error = ops.where(missing, ops.zeros_like(prediction), prediction - known)
        if is_relative(output):
            error = error * relative_factor(known, output.loss_options.get("scaling", (0.0, 1.0)))
        return ops.mean(function(output, error), axis=-1)

    return loss


_OF_NUMBERS = {"mse": _of_error(_squared), "mae": _of_error(_absolute), "huber": _of_error(_huber)}


def _poisson(_output: OutputSpec, target: Any, logits: Any) -> Any:
    """Deviance of counts from ln(mean), 2 [n ln(n/mean) − (n − mean)]: about 1 at best; counts of NaN do not count."""
    ops = import_keras().ops
    missing = ops.isnan(target)
    counts = ops.where(missing, ops.zeros_like(target), target)
    log_counts = ops.log(ops.maximum(counts, ops.ones_like(counts)))  # n ln n is 0 for n = 0
    loss = 2 * (counts * (log_counts - logits) - counts + ops.exp(logits))
    return ops.mean(ops.where(missing, ops.zeros_like(loss), loss), axis=-1)


LOSSES: Mapping[str, Loss] = {
    "poisson": _poisson,
    "binary_crossentropy": _binary_crossentropy,
    "categorical_crossentropy": _categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_crossentropy,
    "gaussian_likelihood": gaussian_likelihood,
    **_OF_NUMBERS,
    **{f"{RELATIVE}{name}": loss for name, loss in _OF_NUMBERS.items()},
}
"""A task with another loss adds a row."""


def _loss(output: OutputSpec) -> Loss:
    if output.loss not in LOSSES:
        msg = (
            f"output {output.name!r} has loss {output.loss!r}, which networks do not know: "
            f"{nearest(output.loss, LOSSES)}"
        )
        raise RecipeError(msg)
    return LOSSES[output.loss]
