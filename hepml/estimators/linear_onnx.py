"""Linear models as an ONNX graph, in float64 up to the outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hepml.contracts import ModelSpec
from hepml.estimators.feature_graph import FEATURES, constant, feature_graph, link
from hepml.estimators.linear_design import LinearDesign
from hepml.estimators.linear_solution import LinearSolution


def linear_as_onnx(design: LinearDesign, solution: LinearSolution, spec: ModelSpec) -> Any:
    """Return the ``onnx.ModelProto``; inputs and outputs have the names of batch arrays and the task's outputs.

    Needs the package ``onnx``.
    """
    from onnx import helper

    nodes = [
        *_design_nodes(design, "/columns"),
        constant("/coefficients", solution.coefficients.T),
        constant("/constant", solution.constant),
        helper.make_node("MatMul", ["/columns", "/coefficients"], ["/products"]),
        helper.make_node("Add", ["/products", "/constant"], ["/values"]),
    ]
    return feature_graph(spec, [*nodes, *_output_nodes(spec, "/values")])


def _design_nodes(design: LinearDesign, result: str) -> list[Any]:
    """Return the nodes of `LinearDesign.columns`."""
    from onnx import TensorProto, helper

    nodes = [
        *_columns("/numbers", design.numbers),
        constant("/offset", design.offset),
        constant("/scale", design.scale),
        constant("/mean", np.float64(0)),
        helper.make_node("Sub", ["/numbers", "/offset"], ["/centred"]),
        helper.make_node("Div", ["/centred", "/scale"], ["/scaled"]),
        helper.make_node("IsNaN", ["/scaled"], ["/absent"]),
        helper.make_node("Where", ["/absent", "/mean", "/scaled"], ["/known"]),
        *_columns("/may_miss", design.indicated),
        helper.make_node("IsNaN", ["/may_miss"], ["/missing_there"]),
        helper.make_node("Cast", ["/missing_there"], ["/indicators"], to=TensorProto.DOUBLE),
    ]
    for column, size in design.categories:
        nodes += [
            *_columns(f"/code{column}", [column]),
            constant(f"/codes{column}", np.arange(size, dtype=np.float64)),
            helper.make_node("Equal", [f"/code{column}", f"/codes{column}"], [f"/is{column}"]),
            helper.make_node("Cast", [f"/is{column}"], [f"/one_hot{column}"], to=TensorProto.DOUBLE),
        ]
    parts = ["/known", "/indicators", *(f"/one_hot{column}" for column, _ in design.categories)]
    return [*nodes, helper.make_node("Concat", parts, [result], axis=1)]


def _columns(name: str, columns: Sequence[int]) -> list[Any]:
    """Return the nodes that choose some of the features."""
    from onnx import helper

    indices = constant(f"{name}/columns", np.array(columns, np.int64))
    return [indices, helper.make_node("Gather", [FEATURES, f"{name}/columns"], [name], axis=1)]


def _output_nodes(spec: ModelSpec, values: str) -> list[Any]:
    """Return the nodes from the linear outputs, side by side, to the task's."""
    from onnx import TensorProto, helper

    nodes, start = [], 0
    for output in spec.task.outputs:
        places, one, linked = f"/places_{output.name}", f"/values_{output.name}", f"/linked_{output.name}"
        nodes += [
            constant(places, np.arange(start, start + output.size)),
            helper.make_node("Gather", [values, places], [one], axis=1),
            link(output, one, linked),
            helper.make_node("Cast", [linked], [output.name], to=TensorProto.FLOAT),
        ]
        start += output.size
    return nodes
