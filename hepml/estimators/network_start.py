"""A network that starts from the backbone of another one, or the reason why it cannot."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from hepml.contracts import ArraySpec, ModelSpec, StartPlan
from hepml.errors import RunError
from hepml.networks.slow_variables import SlowVariables
from hepml.networks.transfer import (
    backbone_layers,
    common_heads,
    copy_heads,
    copy_weights,
    first_difference,
    is_normalisation,
    weights_digest,
)


@dataclass(frozen=True)
class NetworkStart:
    """What a fit has to know about where its network starts.

    Attributes
    ----------
    plan : StartPlan
        How it starts.
    kept_heads : tuple of str
        Outputs whose heads are those of the other network.
    fingerprint : str
        Of the weights it starts with, and of the plan.
    slow : SlowVariables
        The backbone, where it is trained with a rate of its own.
    """

    plan: StartPlan
    kept_heads: tuple[str, ...]
    fingerprint: str
    slow: SlowVariables


def start_network(spec: ModelSpec, model: Any, other_spec: ModelSpec, other: Any, plan: StartPlan) -> NetworkStart:
    """Give `model` the backbone of `other`, and freeze it where the plan says so.

    Raises
    ------
    RunError
        The two are not built alike.
    """
    _check_inputs(spec, other_spec, plan)
    here, there = backbone_layers(model, spec.task), backbone_layers(other, other_spec.task)
    difference = first_difference(here, there, normalisation=plan.keep_normalisation)
    if difference is not None:
        msg = f"{difference}; {_remedy(spec, other_spec)}"
        raise RunError(msg)
    copied = [
        pair for pair in zip(here, there, strict=True) if plan.keep_normalisation or not is_normalisation(pair[0])
    ]
    copy_weights([mine for mine, _ in copied], [theirs for _, theirs in copied])
    kept = common_heads(spec.task, other_spec.task) if plan.keep_heads else ()
    copy_heads(model, other, spec.task, kept)
    if plan.freeze:
        for layer in here:
            layer.trainable = False
    trained = [variable for layer in here for variable in layer.trainable_variables]
    fingerprint = f"{weights_digest(model)} {json.dumps(asdict(plan), sort_keys=True)}"
    return NetworkStart(plan, kept, fingerprint, SlowVariables(trained, rate=plan.backbone_rate))


def _check_inputs(spec: ModelSpec, other: ModelSpec, plan: StartPlan) -> None:
    """Refuse what would fit by its shape and mean something else.

    Raises
    ------
    RunError
        Another estimator, inputs in another order, or, where the normalisation is kept, other columns or channels.
    """
    if spec.estimator != other.estimator:
        msg = f"the estimator is {spec.estimator!r} here and {other.estimator!r} there: use {other.estimator!r}"
        raise RunError(msg)
    here, there = list(spec.arrays), list(other.arrays)
    if here != there and (sorted(here) == sorted(there) or len(here) != len(there)):
        msg = f"it reads {', '.join(here)} here and {', '.join(there)} there: give the model the inputs of that run"
        raise RunError(msg)
    for name, mine, theirs in zip(here, spec.arrays.values(), other.arrays.values(), strict=True):
        if plan.keep_normalisation and mine.features != theirs.features:
            msg = (
                f"input {name!r} holds {_listed(mine)} here and {_listed(theirs)} there, which the kept normalisation "
                "belongs to: make the same representation, or set start.normalisation: new if they mean the same"
            )
            raise RunError(msg)


def _listed(array: ArraySpec) -> str:
    names = ", ".join(array.features[:8]) or "features without names"
    return f"{names}, …" if len(array.features) > 8 else names


def _remedy(spec: ModelSpec, other: ModelSpec) -> str:
    """Return what to do so that the two are built alike."""
    here, there = spec.options.model_dump(mode="json"), other.options.model_dump(mode="json")
    different = [f"{key} {there.get(key)} (here {value})" for key, value in here.items() if value != there.get(key)]
    if different:
        return f"its options that differ from these: {', '.join(different)}: set those that shape the backbone alike"
    shapes = [("×".join(map(str, array.shape)) for array in each.arrays.values()) for each in (other, spec)]
    there_shapes, here_shapes = (", ".join(each) for each in shapes)
    return (
        f"the options are the same, and its inputs have shapes {there_shapes} (here {here_shapes}): make the same "
        "representation, or set start.normalisation: new where only the normalisation differs"
    )
