"""ONNX graphs that begin as `flat_features` does: raw batch arrays in, float64 features side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, ModelSpec, OutputSpec
from hepml.errors import RunError
from hepml.estimators.matrix import flat_categories
from hepml.networks.onnx_graph import OPSET, ROWS

FEATURES = "/features"
"""What `flat_features` returns.  Names with a slash are the graph's own: no input or output can have one."""
TREES_DOMAIN, TREES_OPSET = "ai.onnx.ml", 3
"""Of the operator of trees: the first version that compares in float64; read by ONNX Runtime since 1.11."""

_IR_VERSION = 8
"""Of the file; it goes with `OPSET`."""
_LINKS: Mapping[str, str] = {"sigmoid": "Sigmoid", "softmax": "Softmax", "linear": "Identity"}
"""Activation of an output → the operator that makes it of a sum."""


def feature_graph(spec: ModelSpec, nodes: Sequence[Any]) -> Any:
    """Return the ``onnx.ModelProto`` of a model that reads `flat_features`.

    Needs the package ``onnx``.

    Parameters
    ----------
    spec : ModelSpec
        Gives the names of inputs and outputs.
    nodes : sequence of onnx.NodeProto
        From `FEATURES` (float64, shape (n, f)) to the outputs (float32) by their names.
    """
    from onnx import helper

    graph = helper.make_graph(
        [*_feature_nodes(spec.arrays), *nodes],
        spec.estimator,
        [_value(name, array.dtype, array.shape) for name, array in spec.arrays.items()],
        [_value(output.name, "float32", output.shape) for output in spec.task.outputs],
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(TREES_DOMAIN, TREES_OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="hepml")


def link(output: OutputSpec, values: str, result: str) -> Any:
    """Return the node of the activation of an output.

    Raises
    ------
    RunError
        There is no operator for it.
    """
    from onnx import helper

    if output.activation not in _LINKS:
        msg = (
            f"output {output.name!r} has the activation {output.activation!r}, and ONNX graphs of trees and linear "
            f"models have {', '.join(_LINKS)}: apply the run with hepml.Scorer"
        )
        raise RunError(msg)
    return helper.make_node(_LINKS[output.activation], [values], [result])


def constant(name: str, value: Any) -> Any:
    """Return the node of a constant."""
    from onnx import helper, numpy_helper

    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(value)))


def _value(name: str, dtype: str, shape: tuple[int, ...]) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), [ROWS, *shape])


def _feature_nodes(arrays: Mapping[str, ArraySpec]) -> list[Any]:
    from onnx import TensorProto, helper

    nodes = []
    for name, spec in arrays.items():
        nodes.append(constant(f"/{name}/shape", np.array([0, math.prod(spec.shape)])))  # 0: as many rows as there are
        nodes.append(helper.make_node("Reshape", [name, f"/{name}/shape"], [f"/{name}/flat"]))
        nodes.append(helper.make_node("Cast", [f"/{name}/flat"], [f"/{name}/float64"], to=TensorProto.DOUBLE))
    flat, sizes = [f"/{name}/float64" for name in arrays], np.array(flat_categories(arrays), np.float64)
    if not sizes.any():
        return [*nodes, helper.make_node("Concat", flat, [FEATURES], axis=1)]
    return [*nodes, helper.make_node("Concat", flat, ["/raw"], axis=1), *_code_nodes(sizes, "/raw")]


def _code_nodes(sizes: NDArray[np.float64], raw: str) -> list[Any]:
    """Return the nodes that put NaN for what is no code; `sizes` are numbers of codes, 0 of what is a number."""
    from onnx import helper

    return [
        constant("/zero", np.float64(0)),
        constant("/missing", np.float64(np.nan)),
        constant("/size", sizes),
        constant("/is_number", sizes == 0),
        helper.make_node("GreaterOrEqual", [raw, "/zero"], ["/not_below"]),
        helper.make_node("Less", [raw, "/size"], ["/not_above"]),
        helper.make_node("Floor", [raw], ["/floor"]),
        helper.make_node("Equal", [raw, "/floor"], ["/whole"]),
        helper.make_node("And", ["/not_below", "/not_above"], ["/between"]),
        helper.make_node("And", ["/between", "/whole"], ["/is_code"]),
        helper.make_node("Or", ["/is_number", "/is_code"], ["/valid"]),
        helper.make_node("Where", ["/valid", raw, "/missing"], [FEATURES]),
    ]
