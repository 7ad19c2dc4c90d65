from __future__ import annotations

from dataclasses import replace

import hist
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from plots import toy_comparison as toy
from plots.figures_of_all_kinds import confusion_curve
from plots.toy_curves import roc_curve

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


def _comparison() -> list[Curve]:
    runs = {"cnn": 1.8, "bdt": 1.7}
    curves = [roc_curve(run, distance) for run, distance in runs.items()]
    for run, distance in runs.items():
        curves += [toy.significance_curve(run, distance, part) for part in ("test", "validation")]
        curves += [*toy.reliability_curves(run), *toy.efficiency_curves(run, distance)]
        curves += [
            toy.sculpting_curve(run, distance),
            toy.importance_curve(run),
            toy.learning_curve(run, distance, 0.1),
        ]
    return [*curves, toy.ranking_curve(), *(toy.correlation_curve(class_=name) for name in ("w", "qcd"))]


def test_runs_that_can_be_compared_share_a_figure():
    """What is comparable has one figure with all runs, what is not one for each, in the sections of the report."""
    figures = plan_figures(_content(curves=_comparison()))
    assert [(figure.section, figure.name) for figure in figures] == [
        ("performance", "roc"),
        ("working_points", "significance"),
        ("working_points", "efficiency_jet_mass_gev"),
        ("working_points", "sculpting_jet_mass_gev"),
        ("working_points", "cut_scan_cnn"),
        ("working_points", "cut_scan_bdt"),
        ("calibration", "reliability_cnn"),
        ("calibration", "reliability_bdt"),
        ("variables", "variable_ranking"),
        ("variables", "importance"),
        ("variables", "correlation_w"),
        ("variables", "correlation_qcd"),
        ("learning", "learning"),
    ]


def test_a_run_has_one_colour_in_all_figures():
    """Also where it is not the first: the trees are what others are divided by."""
    content = _content(curves=[*_comparison(), roc_curve("bdt", 1.7, class_="z")])
    figures = {figure.name: figure for figure in plan_figures(content)}
    roc, alone = (figures[name].draw() for name in ("roc_w", "roc_z"))
    assert roc.axes[1].get_ylabel() == "Ratio to bdt"
    lines = [line for figure in (roc, alone) for line in figure.axes[0].lines if line.get_label() == "bdt"]
    assert [line.get_color() for line in lines] == [content.run_pens["bdt"].colour] * 2


def test_regression_figures():
    """Residuals and responses of all runs together, truth against prediction of each; relative ones apart."""
    curves = [toy.residual_curve(run, 4.0, part=part) for run in ("bdt", "cnn") for part in ("test", "train")]
    curves += [toy.response_curve(run, 4.0, relative=relative) for run in ("bdt", "cnn") for relative in (False, True)]
    curves += [toy.truth_prediction_curve(run) for run in ("bdt", "cnn")]
    assert [figure.name for figure in plan_figures(_content(classes=(), curves=curves))] == [
        "residuals",
        "response_truth",
        "response_truth_relative",
        "truth_prediction_bdt",
        "truth_prediction_cnn",
    ]


def test_figures_of_three_classes():
    """The selection of all runs and classes together, both confusion matrices of each run, a scan for each class."""
    names = ("numu", "nue", "nc")
    curves = [curve for run in ("bdt", "cnn") for curve in _of_three_classes(run, names)]
    figures = plan_figures(_content(classes=names, curves=curves))
    assert [(figure.section, figure.name) for figure in figures] == [
        ("performance", "selection_jet_mass_gev"),
        ("performance", "category_efficiency_mode"),
        ("performance", "confusion_bdt"),
        ("performance", "purity_matrix_bdt"),
        ("performance", "confusion_cnn"),
        ("performance", "purity_matrix_cnn"),
        ("performance", "category_score_mode_bdt"),
        ("performance", "category_score_mode_cnn"),
        ("working_points", "selection_scan_nue"),
    ]
    captions = {figure.name: figure.caption for figure in figures}
    assert "are 20 of 500 numu, 20 of 500 nue, 20 of 500 nc events." in captions["selection_jet_mass_gev"]
    assert "Dotted is validation" not in captions["selection_scan_nue"]
    by_name = {figure.name: figure for figure in figures}
    axes = by_name["purity_matrix_bdt"].draw().axes[0]
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array()).sum(axis=0), 1.0)


def _of_three_classes(run: str, names: tuple[str, ...]) -> list[Curve]:
    return [
        replace(confusion_curve(names[:2]), run=run),
        *toy.selection_curves(run, 1.8, names=names),
        *toy.category_efficiency_curves(run, 0.7, names=names),
        *toy.category_score_curves(run, class_="nue"),
        toy.significance_curve(run, 1.8, class_="nue"),
    ]


@pytest.mark.parametrize(("run", "against", "sign"), [("cnn", "bdt", 1), ("bdt", "cnn", -1)])
def test_a_loss_in_a_bin_is_shown(run, against, sign):
    """The difference to the trees stands below, whichever run was first; that of two other runs is left out."""
    curves = [toy.response_curve(name, 4.0) for name in ("bdt", "cnn", "dnn")]
    curves += [toy.difference_curve(run, against), toy.difference_curve("cnn", "dnn")]
    estimators = {"flavour": "bdt", "bdt": "bdt", "cnn": "cnn", "dnn": "dnn"}  # the first has learnt no energy
    content = _content(classes=(), estimators=estimators, curves=curves)
    (figure,) = plan_figures(content)
    assert "positive are the bins where a model loses" in figure.caption
    below = figure.draw().axes[2]
    assert below.get_ylabel() == "Δ to bdt"
    steps = [patch for patch in below.patches if not patch.get_fill()]
    expected = sign * curves[3].columns["delta_resolution"]
    assert [patch.get_data().values.tolist() for patch in steps] == [expected.tolist()]
    assert steps[0].get_edgecolor()[:3] == to_rgb(content.run_pens["cnn"].colour)


@pytest.mark.parametrize("second", ["w", "z"])
def test_names_of_figures_are_distinct(second):
    """Two classes, spectators, inputs or targets never write one file."""
    curves = [curve for class_ in dict.fromkeys(["w", second]) for curve in _of_class(class_)]
    names = [figure.name for figure in plan_figures(_content(curves=curves))]
    assert len(set(names)) == len(names)


def _of_class(class_: str) -> list[Curve]:
    return [
        roc_curve("cnn", 1.8, class_=class_),
        toy.significance_curve("cnn", 1.8, class_=class_),
        *toy.reliability_curves("cnn", class_=class_),
        *toy.efficiency_curves("cnn", 1.8, names=(class_, "rest")),
        *toy.category_score_curves("cnn", class_=class_),
        toy.sculpting_curve("cnn", 1.0, class_=f"not {class_}"),
        toy.ranking_curve(class_=class_),
        toy.correlation_curve(class_=class_),
        toy.residual_curve("cnn", 1.0, output=class_),
        toy.response_curve("cnn", 1.0, output=class_),
        toy.truth_prediction_curve("cnn", output=class_),
    ]


def test_every_figure_is_explained():
    """Title, caption and alternative text; what has a band says what it is."""
    for figure in plan_figures(_content(curves=_comparison())):
        assert all((figure.title, figure.caption, figure.alternative))
        if figure.name not in ("correlation_w", "correlation_qcd", "importance"):
            assert "one standard deviation" in figure.caption.lower(), figure.name
