"""What a run loses when one of its views is left out, at evaluation: without training it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, Curve, Metric, Predictions
from hepml.datasets import Dataset
from hepml.evaluation import LeadingFigure, leading_accuracy, leading_figures, paired_change
from hepml.inference import LoadedRun, apply_members, average, unseen_fold
from hepml.workflow.event_pictures import view_names
from hepml.workflow.sampled_rows import evenly_spread


class ViewsLeftOut:
    """Applies a run to test events with one view empty after the other, batch by batch; keeps outputs alone.

    Parameters
    ----------
    run : LoadedRun
        The run; of one that reads fewer than two views nothing is asked.
    data : Dataset
        Its dataset.
    total : int
        Events that will come.
    wanted : int
        How many of them are taken, evenly spread.
    """

    def __init__(self, run: LoadedRun, data: Dataset, *, total: int, wanted: int) -> None:
        names = view_names(run)
        images = [name for name, spec in run.info.arrays.items() if spec.role == "image"]
        self._views = {name: names[name] for name in images} if len(images) > 1 and wanted else {}
        self._run, self._data, self._total, self._wanted = run, data, total, min(total, wanted)
        self._seen = 0
        self._rows: list[NDArray[np.int64]] = []
        self._outputs: dict[str, list[Mapping[str, NDArray[Any]]]] = {view: [] for view in self._views.values()}

    def add(self, batch: Batch) -> None:
        """Take the next batch."""
        chosen = evenly_spread(self._seen, batch.n, wanted=self._wanted, total=self._total)
        self._seen += batch.n
        if not self._views or not len(chosen):
            return
        run, row = self._run, batch.row[chosen]
        fold = unseen_fold(run.info, self._data.buckets(row))
        inputs = {name: batch.inputs[name][chosen] for name in run.info.arrays}
        self._rows.append(row)
        for name, view in self._views.items():
            blank = {**inputs, name: np.zeros_like(inputs[name])}
            self._outputs[view].append(average(run.info.task, apply_members(run, blank, fold)))

    def figures(self, test: Predictions) -> tuple[list[Metric], list[Curve]]:
        """Return the change of each leading figure without each view: metrics, and curves with all views.

        Metrics are ``delta_<figure>_without_<view>``, without the view less with all; curves are ``view_left_out`` with
        columns ``change`` and ``change_error``, a row per view.  The error is that of the paired difference.

        Parameters
        ----------
        test : Predictions
            Of the run as it is, for the whole test part.
        """
        if not self._rows:
            return [], []
        row = np.concatenate(self._rows)
        order = np.argsort(row, kind="stable")  # folds come one after the other
        chosen = np.zeros(test.n, np.bool_)
        chosen[np.searchsorted(test.row, row[order])] = True
        before = replace(test.select(chosen, part=test.part), members={})
        figures = _figures(before)
        without = {
            view: _figures(replace(before, outputs=_joined(found, order))) for view, found in self._outputs.items()
        }
        metrics, curves = [], []
        for index, figure in enumerate(figures):
            of_views = {view: paired_change(figure, after[index]) for view, after in without.items()}
            columns = {
                "change": np.array([change.value for change in of_views.values()]),
                "change_error": np.array([change.error for change in of_views.values()]),
            }
            labels = {"views": list(of_views), "figure": figure.name, "output": figure.output, "n_events": before.n}
            curves.append(Curve("view_left_out", columns, test.run, class_=figure.class_, labels=labels))
            for view, change in of_views.items():
                name = f"delta_{figure.name}_without_{view}"
                metrics.append(
                    Metric(
                        name,
                        change.value,
                        change.error,
                        change.method,
                        run=test.run,
                        class_=figure.class_,
                        output=figure.output,
                    )
                )
        return metrics, curves


def _figures(predictions: Predictions) -> list[LeadingFigure]:
    found = leading_figures(predictions)
    return [*found, leading_accuracy(predictions)] if predictions.task.kind == "classification" else found


def _joined(pieces: list[Mapping[str, NDArray[Any]]], order: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([piece[name] for piece in pieces])[order] for name in pieces[0]}
