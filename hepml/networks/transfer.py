"""From one network to another that is built alike: which layers are the backbone, what differs, and the weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from hepml.contracts import OutputSpec, TaskSpec
from hepml.networks.heads import head_names, logits_name, units_name
from hepml.networks.keras_import import import_keras
from hepml.networks.target_scaling import Scaling, is_standardised

_FREE = frozenset({"name", "trainable", "dtype", "seed", "momentum", "shape"})
"""What two layers that compute the same may differ in; `shape` is that of weights, which are compared themselves."""
_FREE_ENDS = ("_initializer", "_regularizer", "_constraint")
_LABEL = "label"
"""The target of an output whose classes are those of the examples."""


def backbone_layers(model: Any, task: TaskSpec) -> list[Any]:
    """Return the layers of the backbone in order, without those that do nothing outside of training.

    Keras numbers its layers through a process, so names say nothing; the order follows from the graph alone.
    """
    layers = import_keras().layers
    from hepml.networks.layers import AUGMENTATIONS

    heads, idle = head_names(task), (layers.InputLayer, layers.Dropout, *AUGMENTATIONS)
    return [layer for layer in model.layers if layer.name not in heads and not isinstance(layer, idle)]


def is_normalisation(layer: Any) -> bool:
    """Whether a layer holds constants of the training part."""
    from hepml.networks.layers import Standardise

    return isinstance(layer, Standardise)


def first_difference(here: Sequence[Any], there: Sequence[Any], *, normalisation: bool) -> str | None:
    """Return in words the first layer that differs between two backbones; None where the weights of one fit the other.

    Parameters
    ----------
    here, there : sequence of Keras layers
        Of the new network and of the trained one.
    normalisation : bool
        Whether the shape of the normalisation's constants counts.
    """
    for place, (mine, theirs) in enumerate(zip_longest(here, there), start=1):
        if mine is None or theirs is None:
            end, longer, layer = ("here", "there", theirs) if mine is None else ("there", "here", mine)
            return f"the backbone ends after {place - 1} layers {end}, and goes on with {_words(layer)} {longer}"
        if not normalisation and is_normalisation(mine) and is_normalisation(theirs):
            continue
        if type(mine) is not type(theirs) or _shapes(mine) != _shapes(theirs):
            return f"layer {place} of the backbone is {_words(mine)} here and {_words(theirs)} there"
        setting = _different_setting(mine, theirs)
        if setting is not None:
            name, value, other = setting
            return f"layer {place} of the backbone, {_words(mine)}, has {name} {value} here and {other} there"
    return None


def copy_weights(here: Iterable[Any], there: Iterable[Any]) -> None:
    """Give each layer the weights of its counterpart, moving statistics included."""
    for mine, theirs in zip(here, there, strict=True):
        for weight, value in zip(mine.weights, theirs.weights, strict=True):
            weight.assign(value)


def weights_digest(model: Any) -> str:
    """Return the SHA-256 of all weights, in order."""
    digest = hashlib.sha256()
    for weight in model.weights:
        digest.update(weight.numpy().tobytes())
    return digest.hexdigest()


def common_heads(here: TaskSpec, there: TaskSpec) -> tuple[str, ...]:
    """Return the outputs that mean the same in two tasks: by name, with the same classes in order, or the same target.

    Heads of normal distributions are never kept: new constants of their targets cannot be put into them.

    Examples
    --------
    >>> score = OutputSpec("score", 1, "sigmoid", "binary_crossentropy", "label")
    >>> first = TaskSpec("classification", (score,), ("w", "qcd"), signal="w")
    >>> common_heads(first, first), common_heads(first, TaskSpec("classification", (score,), ("t", "qcd"), signal="t"))
    (('score',), ())
    """
    known = {output.name: output for output in there.outputs}
    return tuple(
        o.name
        for o in here.outputs
        if o.name in known and o.combine != "moments" and _meaning(o, here) == _meaning(known[o.name], there)
    )


def copy_heads(model: Any, other: Any, task: TaskSpec, names: Sequence[str]) -> None:
    """Give the named outputs the heads of `other`, with the constants of their targets."""
    for output in task.outputs:
        layers = [logits_name(output), *([units_name(output.name)] if is_standardised(output) else [])]
        if output.name in names:
            copy_weights(*([each.get_layer(name) for name in layers] for each in (model, other)))


def rescale_heads(model: Any, task: TaskSpec, names: Sequence[str], scaling: Scaling) -> None:
    """Express the named heads by new constants of their targets, so that the outputs in units stay the same.

    From z·s + o to z'·s' + o': z' = z·s/s' + (o − o')/s'.
    """
    for output in task.outputs:
        if output.name in names and output.name in scaling:
            offset, scale = scaling[output.name]
            head, units = model.get_layer(logits_name(output)), model.get_layer(units_name(output.name))
            factor, shift = units.scale.numpy() / scale, (units.offset.numpy() - offset) / scale
            head.kernel.assign(head.kernel.numpy() * factor)
            head.bias.assign(head.bias.numpy() * factor + shift)


def _meaning(output: OutputSpec, task: TaskSpec) -> tuple[Any, ...]:
    """Return what must agree: a number's target, a label's classes and signal, or the codes that are classes."""
    classes = (output.classes or task.classes, task.signal) if output.target == _LABEL else output.classes
    codes = output.loss_options.get("codes"), output.loss_options.get("last_is_open")
    return (output.shape, output.activation, output.target, is_standardised(output), classes, codes)


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]


def _different_setting(mine: Any, theirs: Any) -> tuple[str, Any, Any] | None:
    """Return the first setting that changes what a layer computes: a stride, an activation."""
    here, there = mine.get_config(), theirs.get_config()
    for name in sorted(here.keys() & there.keys()):
        value, other = (_plain(config[name]) for config in (here, there))
        if name not in _FREE and not name.endswith(_FREE_ENDS) and value != other:
            return name, value, other
    return None


def _plain(value: Any) -> Any:
    """Return tuples as lists: a loaded layer has these where a new one has those."""
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _words(layer: Any) -> str:
    shapes = dict.fromkeys("×".join(map(str, shape)) or "1" for shape in _shapes(layer))
    return f"{type(layer).__name__} with weights {' and '.join(shapes)}" if shapes else type(layer).__name__
