"""A network as an ONNX graph: from raw inputs to outputs, with its normalisation inside."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from hepml.networks.keras_import import import_keras

OPSET = 18
"""Of the graph; read by ONNX Runtime since 1.14."""
ROWS = "n"
"""Name of the axis of examples, whose length is free."""


def network_as_onnx(model: Any) -> Any:
    """Return the ``onnx.ModelProto`` of a Keras model; inputs and outputs keep their names.

    Needs the packages of the extra ``onnx``.
    """
    import_keras()
    import tensorflow as tf
    import tf2onnx

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    signature = [{name: tf.TensorSpec((None, *x.shape[1:]), x.dtype, name=name) for name, x in model.input.items()}]
    call = tf.function(lambda inputs: model(inputs, training=False), autograph=False)
    graph, _ = tf2onnx.convert.from_function(
        call, input_signature=signature, opset=OPSET, custom_op_handlers=_OPERATORS
    )
    for value in (*graph.graph.input, *graph.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = ROWS
    return graph


def _log1p(context: Any, node: Any, name: str, _arguments: Any) -> Any:
    """Write log1p, which ONNX does not have, as log(1 + x): the same to the rounding of 1 + x, 6e-8."""
    one = context.make_const(f"{name}_one", np.ones((), np.float32))
    total = context.make_node("Add", [node.input[0], one.output[0]])
    context.replace_input(node, node.input[0], total.output[0], 0)
    node.type = "Log"
    return node


def _erfc(context: Any, node: Any, name: str, _arguments: Any) -> Any:
    """Write erfc, of which the activation gelu is made and which ONNX does not have, as 1 − erf: the same to 6e-8."""
    one = context.make_const(f"{name}_one", np.ones((), np.float32))
    erf = context.make_node("Erf", [node.input[0]])
    context.replace_inputs(node, [one.output[0], erf.output[0]])
    node.type = "Sub"
    return node


_OPERATORS: dict[str, Any] = {"Log1p": (_log1p, []), "Erfc": (_erfc, [])}
"""Operators of TensorFlow that tf2onnx does not know."""
