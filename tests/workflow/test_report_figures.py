from __future__ import annotations

import hist
import numpy as np
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots import ImageAxes
from hepml.workflow.mean_images import MeanImage
from hepml.workflow.report_figures import Drawable, plan_figures

STEPS = {"epoch": np.arange(2.0), "loss": np.array([0.6, 0.5]), "validation_loss": np.array([0.6, 0.55])}


def _histogram(low: float, high: float) -> hist.Hist:
    return hist.Hist(hist.axis.Regular(5, low, high, name="x"), storage="double").fill([0.5])


def _content(**changes) -> Drawable:
    parts = {
        "classes": ("w", "qcd"),
        "estimators": {"bdt": "bdt", "cnn": "cnn"},
        "metrics": [],
        "curves": [],
        "images": {},
        "histograms": {},
    }
    return Drawable(**parts | changes)


def test_nothing_to_draw():
    assert plan_figures(_content()) == []


def test_trees_count_trees_and_networks_epochs():
    curves = [Curve("training", STEPS, run, "seed1", part="train") for run in ("bdt", "cnn")]
    figures = {figure.name: figure.draw() for figure in plan_figures(_content(curves=curves))}
    assert {name: figure.axes[-1].get_xlabel() for name, figure in figures.items()} == {
        "training_bdt": "Trees",
        "training_cnn": "Epoch",
    }


def test_only_what_can_share_a_figure_is_drawn():
    histograms = {
        "pt": {"w": _histogram(0, 1), "qcd": _histogram(0, 1)},
        "grown": {"w": _histogram(0, 1), "qcd": _histogram(0, 2)},
        "plane": {"w": hist.Hist(hist.axis.Regular(2, 0, 1), hist.axis.Regular(2, 0, 1))},
    }
    assert [figure.name for figure in plan_figures(_content(histograms=histograms))] == ["input_pt"]


def test_a_class_without_weight_leaves_no_image():
    images = {"image": MeanImage({}, ImageAxes()), "view": MeanImage({"w": np.ones((2, 2))}, ImageAxes())}
    [figure] = plan_figures(_content(images=images))
    assert figure.name == "mean_view"
    assert isinstance(figure.draw(), Figure)


def test_every_figure_has_words_for_who_cannot_see_it():
    curves = [Curve("training", STEPS, "bdt", "seed1", part="train")]
    for figure in plan_figures(_content(curves=curves, histograms={"pt": {"w": _histogram(0, 1)}})):
        assert all((figure.name, figure.title, figure.caption, figure.alternative))
