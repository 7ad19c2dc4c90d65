"""The content of ``metrics.json``: tidy rows, and the curves behind the plots."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hepml.contracts import Curve, Metric, Verdict
from hepml.errors import InputError

FORMAT = 1

_TEXTS = ("run", "member", "against", "name", "method", "output", "background", "part", "weights", "selection")


@dataclass(frozen=True)
class EvaluationDocument:
    """All figures and curves of an evaluation.

    Attributes
    ----------
    task : str
        Kind of task.
    dataset : str
        Digest of the dataset.
    runs : tuple of str
        Names, in the order given.
    metrics, curves
        Of all runs.
    verdicts : tuple of Verdict
        Of runs that generate.
    """

    task: str
    dataset: str
    runs: tuple[str, ...]
    metrics: tuple[Metric, ...]
    curves: tuple[Curve, ...]
    verdicts: tuple[Verdict, ...] = ()


def document_to_json(document: EvaluationDocument) -> str:
    """Return the document as JSON: one line per metric and per curve, NaN and infinity as null.

    Curves are listed under their name.  Numbers are written so that they read back exactly.
    """
    curves: dict[str, list[dict[str, Any]]] = {}
    for curve in document.curves:
        curves.setdefault(curve.name, []).append(_curve_row(curve))
    lines = [
        f'{{"format": {FORMAT}, "task": {_dump(document.task)}, "dataset": {_dump(document.dataset)},',
        f' "runs": {_dump(list(document.runs))},',
        f' "metrics": {_dump_lines([_metric_row(metric) for metric in document.metrics])},',
        *([f' "verdicts": {_dump_lines([_verdict_row(v) for v in document.verdicts])},'] if document.verdicts else []),
        ' "curves": {' + ", ".join(f"{_dump(name)}: {_dump_lines(rows)}" for name, rows in curves.items()) + "}}",
    ]
    return "\n".join(lines) + "\n"


def document_from_json(text: str, *, source: str = "metrics.json") -> EvaluationDocument:
    """Read back what `document_to_json` wrote; null becomes NaN.

    Raises
    ------
    InputError
        The text is not such a document, or of another format version; names `source`.
    """
    values = _parse(text, source)
    try:
        return EvaluationDocument(
            task=values["task"],
            dataset=values["dataset"],
            runs=tuple(values["runs"]),
            metrics=tuple(_metric(row) for row in values["metrics"]),
            curves=tuple(_curve(name, row) for name, rows in values["curves"].items() for row in rows),
            verdicts=tuple(_verdict(row) for row in values.get("verdicts", ())),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        msg = f"{source}: not a complete document of metrics ({type(problem).__name__}: {problem}): evaluate again"
        raise InputError(msg) from None


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as problem:
        msg = f"{source}: not valid JSON ({problem}): evaluate again"
        raise InputError(msg) from None
    version = values.get("format") if isinstance(values, dict) else None
    if version != FORMAT:
        msg = f'{source}: a document of metrics has "format": {FORMAT}, found {version!r}: evaluate again'
        raise InputError(msg)
    return dict(values)


def _metric_row(metric: Metric) -> dict[str, Any]:
    return {
        "run": metric.run,
        "member": metric.member,
        "against": metric.against,
        "name": metric.name,
        "value": _number(metric.value),
        "error": _number(metric.error),
        "method": metric.method,
        "output": metric.output,
        "class": metric.class_,
        "background": metric.background,
        "part": metric.part,
        "weights": metric.weights,
        "selection": metric.selection,
    }


def _metric(row: Mapping[str, Any]) -> Metric:
    fields = {key: row[key] for key in _TEXTS}
    return Metric(**fields, class_=row["class"], value=_float(row["value"]), error=_float(row["error"]))


def _verdict_row(verdict: Verdict) -> dict[str, Any]:
    row = {name: _number(value) if isinstance(value, float) else value for name, value in asdict(verdict).items()}
    return {**row, "passes": verdict.passes, "clear": verdict.clear}


def _verdict(row: Mapping[str, Any]) -> Verdict:
    value, error, floor, floor_error, limit = (
        _float(row[key]) for key in ("value", "error", "floor", "floor_error", "limit")
    )
    return Verdict(row["run"], row["name"], row["output"], row["selection"], value, error, floor, floor_error, limit)


def _curve_row(curve: Curve) -> dict[str, Any]:
    return {
        "run": curve.run,
        "member": curve.member,
        "class": curve.class_,
        "part": curve.part,
        "labels": _finite(curve.labels),
        "columns": {
            name: [_number(value) for value in np.asarray(column).tolist()] for name, column in curve.columns.items()
        },
    }


def _curve(name: str, row: Mapping[str, Any]) -> Curve:
    columns = {key: np.array([_float(value) for value in column]) for key, column in row["columns"].items()}
    return Curve(name, columns, row["run"], row["member"], row["class"], row["part"], row["labels"])


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _finite(value: Any) -> Any:
    """Return JSON content with null for each number that JSON has not."""
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return _number(value) if isinstance(value, float) else value


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _dump_lines(rows: list[dict[str, Any]]) -> str:
    return "[" + ",".join("\n  " + _dump(row) for row in rows) + "]"
