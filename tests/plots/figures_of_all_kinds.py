"""One figure of each kind, with the names of runs and classes chosen by the caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import hist
import numpy as np
from matplotlib.figure import Figure
from plots import toy_comparison as toy
from plots import toy_items as items
from plots.toy_curves import roc_curve, roc_metrics
from plots.toy_images import mean_image
from plots.toy_maps import fault_curves, map_picture, score_curves
from plots.toy_tracks import rate_curves, toy_event

from hepml.contracts import Curve, Metric
from hepml.plots import (
    EventPicture,
    EventView,
    HeatPicture,
    ImageAxes,
    Label,
    LayerAxes,
    draw_accuracy_by_item,
    draw_category_efficiency,
    draw_category_scores,
    draw_confusion,
    draw_correlation,
    draw_cut_scan,
    draw_efficiency,
    draw_events,
    draw_fault_rocs,
    draw_heat_maps,
    draw_importance,
    draw_learning,
    draw_maps,
    draw_mean_images,
    draw_mean_showers,
    draw_pulls,
    draw_ranking,
    draw_reliability,
    draw_residuals,
    draw_response,
    draw_roc,
    draw_scores,
    draw_scores_over,
    draw_sculpting,
    draw_selection,
    draw_selection_scan,
    draw_shower_response,
    draw_significance,
    draw_spectator,
    draw_track_event,
    draw_track_rates,
    draw_tracks,
    draw_training,
    draw_truth_prediction,
    draw_views_left_out,
    draw_widths_by_item,
)

Names = tuple[str, str]
EDGES = np.linspace(0.0, 1.0, 5)


def score_curve(name: str, part: str, density: list[float], *, run: str = "cnn", error: float = 0.1) -> Curve:
    """Four bins of width 1/4."""
    columns = {
        "low": EDGES[:-1],
        "high": EDGES[1:],
        "density": np.array(density),
        "density_error": np.full(4, error),
    }
    return Curve("score_histogram", columns, run=run, class_=name, part=part, labels={"score_of": "w"})


def training_curve(run: str, *, member: str = "seed1", best: int = 2, rate: bool = True) -> Curve:
    """Five epochs whose validation loss is lowest at `best`."""
    epoch = np.arange(5.0)
    columns = {"epoch": epoch, "loss": 0.6 - 0.1 * epoch, "validation_loss": 0.3 + 0.05 * np.abs(epoch - best)}
    return Curve("training", columns | ({"learning_rate": 0.1 / (1 + epoch)} if rate else {}), run=run, member=member)


def histogram(values: list[float], *, label: str = "Jet mass [GeV]", weight: float = 1.0) -> hist.Hist:
    """Three bins of 40 GeV."""
    axis = hist.axis.Regular(3, 0, 120, name="jet_mass_gev", label=label)
    return hist.Hist(axis, storage=hist.storage.Weight()).fill(values, weight=weight)


def confusion_curve(names: Names) -> Curve:
    """90% and 80% of the true classes are found."""
    columns = {
        "true_class": np.array([0.0, 0.0, 1.0, 1.0]),
        "predicted_class": np.array([0.0, 1.0, 0.0, 1.0]),
        "efficiency": np.array([0.9, 0.1, 0.2, 0.8]),
        "efficiency_error": np.full(4, 0.01),
        "purity": np.array([0.82, 0.11, 0.18, 0.89]),
        "purity_error": np.full(4, 0.02),
    }
    return Curve("confusion_matrix", columns, run="cnn", labels={"classes": list(names)})


def roc_figure(names: Names) -> Figure:
    """Two runs on one ROC."""
    distances = dict(zip(names, (1.8, 1.7), strict=True))
    curves = [roc_curve(name, distance) for name, distance in distances.items()]
    metrics = [metric for name, distance in distances.items() for metric in roc_metrics(name, distance)]
    return draw_roc(curves, metrics, label=Label(right=names[0]))


def scores_figure(names: Names) -> Figure:
    """Both parts of both classes."""
    curves = [
        score_curve(name, part, density)
        for name, density in zip(names, ([0.0, 0.4, 1.2, 2.4], [2.4, 1.2, 0.4, 0.0]), strict=True)
        for part in ("test", "train")
    ]
    p_values = [Metric("ks_p_value", 0.25, 0.01, "permutation", run="cnn", class_=name) for name in names]
    return draw_scores(curves, p_values)


def event_picture(names: Names, *, seed: int = 1) -> EventPicture:
    """Two views of a few hits, the second twice as long."""
    rng = np.random.default_rng(seed)
    axes = ImageAxes("Plane", names[0], (0, 40), (0, 30), "Charge [PE]")
    views = [(rng.random((40, size)) < 0.02) * rng.uniform(1, 100, (40, size)) for size in (30, 60)]
    title = (f"{names[0]}, seen as {names[1]} 0.93", "nu energy 2.3 GeV, row 12")
    return EventPicture(title, tuple(EventView(name, view, axes) for name, view in zip(names, views, strict=True)))


def heat_maps_figure(names: Names) -> Figure:
    """One event with two methods."""
    event = event_picture(names)
    heat = tuple(np.random.default_rng(2).normal(size=view.image.shape) for view in event.views)
    maps = [HeatPicture(title, f"Logit of {names[1]} per pixel", heat) for title in ("Input gradients", names[0])]
    return draw_heat_maps(event, maps, label=Label(right=names[0]))


def views_left_out_figure(names: Names) -> Figure:
    """Two views, and the AUC of one class beside the accuracy."""
    columns = {"change": np.array([-0.1, 0.02]), "change_error": np.array([0.01, 0.02])}
    figures = (("auc", names[0]), ("accuracy", None))
    return draw_views_left_out(
        [
            Curve("view_left_out", columns, "cnn", class_=class_, labels={"views": list(names), "figure": figure})
            for figure, class_ in figures
        ]
    )


def shower_response_curve(name: str, scale: float) -> Curve:
    """Three bins of the energy."""
    columns = {
        "low": np.array([1.0, 5.0, 20.0]),
        "high": np.array([5.0, 20.0, 100.0]),
        "energy_mean": np.array([3.0, 12.0, 60.0]),
        "response": scale * np.array([0.98, 0.99, 1.0]),
        "response_error": np.full(3, 0.004),
        "resolution": scale * np.array([0.08, 0.04, 0.02]),
        "resolution_error": np.full(3, 0.002),
    }
    return Curve("shower_response", columns, run=name)


def mean_showers_figure(names: Names) -> Figure:
    """A layer of few cells."""
    image = np.exp(-np.arange(20.0)).reshape(4, 5)
    return draw_mean_showers(
        {name: [factor * image] for name, factor in zip(names, (1.0, 1.3), strict=True)},
        [LayerAxes("layer 0", names[0], names[1], (-2, 2), (-3, 3))],
    )


FIGURES: Mapping[str, Callable[[Names], Figure]] = {
    "roc": roc_figure,
    "scores": scores_figure,
    "training": lambda names: draw_training([training_curve(name) for name in names]),
    "images": lambda names: draw_mean_images(
        {name: mean_image(distance=d, n=9) for name, d in zip(names, (0.5, 0.2), strict=True)}
    ),
    "confusion": lambda names: draw_confusion(confusion_curve(names)),
    "spectator": lambda names: draw_spectator(
        {names[0]: histogram([10.0, 50.0, 50.0, 90.0]), names[1]: histogram([10.0, 10.0, 50.0, 90.0])}
    ),
    "mean_showers": mean_showers_figure,
    "shower_response": lambda names: draw_shower_response(
        [shower_response_curve(name, scale) for name, scale in zip(names, (1.0, 1.02), strict=True)]
    ),
    "significance": lambda names: draw_significance(
        [
            toy.significance_curve(name, distance, part)
            for name, distance in zip(names, (1.8, 1.7), strict=True)
            for part in ("test", "validation")
        ],
        label=Label(right=names[0]),
    ),
    "cut_scan": lambda names: draw_cut_scan(
        [toy.significance_curve(names[0], 1.8, part, class_=names[1]) for part in ("test", "validation")]
    ),
    "reliability": lambda names: draw_reliability(
        toy.reliability_curves(names[0], class_=names[1]), toy.calibration_metrics(names[0], class_=names[1])
    ),
    "efficiency": lambda names: draw_efficiency(
        [curve for run in names for curve in toy.efficiency_curves(run, 1.8, names=names)]
    ),
    "selection": lambda names: draw_selection(
        [curve for run in names for curve in toy.selection_curves(run, 1.8, names=names)], label=Label(right=names[0])
    ),
    "selection_scan": lambda names: draw_selection_scan(
        [
            toy.significance_curve(name, distance, part, class_=names[1])
            for name, distance in zip(names, (1.8, 1.7), strict=True)
            for part in ("test", "validation")
        ]
    ),
    "category_scores": lambda names: draw_category_scores(
        toy.category_score_curves(names[0], class_=names[1], categories=(*names, "other"))
    ),
    "category_efficiency": lambda names: draw_category_efficiency(
        [curve for run in names for curve in toy.category_efficiency_curves(run, 0.7, names=names)]
    ),
    "sculpting": lambda names: draw_sculpting(
        [
            toy.sculpting_curve(name, strength, class_=names[1])
            for name, strength in zip(names, (5.0, 2.5), strict=True)
        ],
        [toy.sculpting_metric(name, 0.12, class_=names[1]) for name in names],
    ),
    "ranking": lambda names: draw_ranking(toy.ranking_curve((*names, "pt [GeV]"), class_=names[0])),
    "correlation": lambda names: draw_correlation(toy.correlation_curve((*names, "pt [GeV]"), class_=names[0])),
    "importance": lambda names: draw_importance([toy.importance_curve(name, (*names, "pt [GeV]")) for name in names]),
    "events": lambda names: draw_events(
        {names[0]: [event_picture(names, seed=i) for i in range(2)], names[1]: [event_picture(names, seed=3)]}
    ),
    "heat_maps": heat_maps_figure,
    "views_left_out": views_left_out_figure,
    "learning": lambda names: draw_learning(
        [toy.learning_curve(name, 1.8, slope) for name, slope in zip(names, (0.1, 0.05), strict=True)]
    ),
    "residuals": lambda names: draw_residuals(
        [toy.residual_curve(name, 4.0, part=part, output=names[0]) for name in names for part in ("test", "train")],
        [metric for name in names for metric in toy.regression_metrics(name, 4.0, output=names[0])],
    ),
    "response": lambda names: draw_response([toy.response_curve(name, 4.0, output=names[1]) for name in names]),
    "response_difference": lambda names: draw_response(
        [toy.response_curve(name, 4.0, output=names[1]) for name in names],
        differences=[toy.difference_curve(names[0], names[1], output=names[1])],
    ),
    "accuracy_by_item": lambda names: draw_accuracy_by_item(
        [items.accuracy_curve(name, loss) for name, loss in zip(names, (0.02, 0.05), strict=True)]
    ),
    "widths_by_item": lambda names: draw_widths_by_item(
        [items.widths_curve(name, width, output=names[1]) for name, width in zip(names, (1.0, 1.4), strict=True)]
    ),
    "pulls": lambda names: draw_pulls(
        [items.pull_curve(name, width, output=names[1]) for name, width in zip(names, (1.0, 1.3), strict=True)],
        [items.pull_metric(name, width, output=names[1]) for name, width in zip(names, (1.0, 1.3), strict=True)],
    ),
    "fault rocs": lambda names: draw_fault_rocs(fault_curves(names)),
    "scores over runs": lambda names: draw_scores_over(score_curves(names), over="run"),
    "maps with faults": lambda names: draw_maps([map_picture(name) for name in names]),
    "tracks": lambda names: draw_tracks(
        [items.track_picture(names, seed=seed) for seed in range(4)], label=Label(right=names[0])
    ),
    "truth_prediction": lambda names: draw_truth_prediction(toy.truth_prediction_curve(names[0], output=names[1])),
    "track_rates": lambda names: draw_track_rates([curve for name in names for curve in rate_curves(name, 0.9)]),
    "track_event": lambda names: draw_track_event(*toy_event(), label=Label(right=names[0])),
}
