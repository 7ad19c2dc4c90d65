"""Figures of what training made: scores, calibration, loss over epochs, learning curves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hepml.plots import draw_learning, draw_reliability, draw_scores, draw_training
from hepml.workflow.planned_figure import Drawable, PlannedFigure, runs_of, stem
from hepml.workflow.tree_models import TREE_MODELS


def reliabilities(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the reliability of each run and score, before and after calibration."""
    groups = content.grouped("reliability", lambda curve: (curve.run, curve.class_))
    several = len({class_ for _, class_ in groups}) > 1
    for (run, class_), curves in groups.items():
        yield PlannedFigure(
            stem("reliability", run, class_ if several else None),
            f"Calibration of {run}" + (f" for {class_}" if several else ""),
            f"Fraction of {class_} among test events of about the same score: on the diagonal a score is a "
            "probability. Calibrations are fitted on the validation part. Errors are one standard deviation; "
            "below, the effective number of events in each bin.",
            f"Reliability diagram of {run}, before and after calibration.",
            partial(draw_reliability, curves, content.metrics, label=content.label),
            "calibration",
        )


def scores(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the scores of each run by class, training over test."""
    groups = content.grouped("score_histogram", lambda curve: (curve.run, curve.labels["score_of"]))
    several = len({score_of for _, score_of in groups}) > 1
    for (run, score_of), curves in groups.items():
        yield PlannedFigure(
            f"scores_{run}_{score_of}" if several else f"scores_{run}",
            f"Scores of {run}" + (f" for {score_of}" if several else ""),
            "Unit area for each class. Points are the training part, filled is the test part; p is that of a weighted "
            "Kolmogorov–Smirnov test between them. With folds both are those of the first fold.",
            f"Histograms of the {score_of} score of {run} for each class, training over test.",
            partial(
                draw_scores,
                curves,
                [m for m in content.metrics if m.run == run],
                label=content.label,
                class_pens=content.class_pens,
            ),
            "overtraining",
        )


def learnings(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the learning curves of all runs."""
    groups = content.grouped(
        "learning", lambda curve: (curve.labels.get("figure"), curve.class_, curve.labels.get("output"))
    )
    for (_, class_, output), curves in groups.items():
        what = class_ or output
        yield PlannedFigure(
            stem("learning", what if len(groups) > 1 else None),
            "Learning curves" + (f" of {what}" if len(groups) > 1 and what else ""),
            "Test part (lines with bands of one standard deviation) and training part (dashed) against the number of "
            "training events. Where the test part still rises, more events help; where the two parts have met, only "
            "another model does.",
            f"Learning curves of {runs_of(curves)}.",
            partial(draw_learning, curves, label=content.label, run_pens=content.run_pens),
            "learning",
        )


def trainings(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield loss over epochs or trees of each run."""
    for run, curves in content.grouped("training", lambda curve: curve.run).items():
        step = "Trees" if content.estimators[str(run)] in TREE_MODELS else "Epoch"
        drawable = all("loss" in curve.columns for curve in curves)
        # What is solved in one step (a linear model) has no history to draw.
        if drawable and any(len(curve.columns["epoch"]) > 1 for curve in curves):
            yield PlannedFigure(
                f"training_{run}",
                f"Training of {run}",
                "Loss on the training part, and the validation part if there is one, for each seed and fold; what was "
                "kept is marked.",
                f"Training and validation loss of {run}.",
                partial(draw_training, curves, label=content.label, epoch_name=step, run_pens=content.run_pens),
                "learning",
            )
