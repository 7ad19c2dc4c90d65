"""The figures of a report about generated showers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from hepml.contracts import Curve, Metric
from hepml.evaluation import FULL_SIMULATION
from hepml.plots import (
    Label,
    Pen,
    draw_cell_spectrum,
    draw_correlation_differences,
    draw_latent_space,
    draw_mean_showers,
    draw_shower_response,
    draw_shower_shapes,
    draw_training,
    draw_training_panels,
    pens,
    training_quantities,
)
from hepml.workflow.judged_generators import JudgedGenerators
from hepml.workflow.planned_figure import PlannedFigure
from hepml.workflow.shower_pictures import ShowerPictures

_PLAIN = frozenset({"loss", "validation_loss"})
_MOST_VARIABLES = 8
_MOST_SHEETS = 5


def shower_figures(judged: JudgedGenerators, pictures: ShowerPictures) -> list[PlannedFigure]:
    """Return the figures of an evaluation, those that are quoted first."""
    names = list(judged.made)
    colours = {FULL_SIMULATION: Pen("black", "-", "o"), **pens(names)}
    label = Label(right=f"{judged.truth.n} showers")
    return [
        *_of_all(judged, label, colours),
        *_sheets(judged, label, colours),
        *_means(pictures, label),
        *_displays(pictures),
        *_trainings(judged.curves, label, colours),
    ]


def _of_all(judged: JudgedGenerators, label: Label, colours: dict[str, Pen]) -> Iterator[PlannedFigure]:
    yield PlannedFigure(
        "response",
        "Response and resolution",
        "Mean and relative width of the energy in all cells over the true energy, and below what each generator has "
        "over full simulation. Errors are one standard deviation.",
        "Response and resolution against the true energy for full simulation and generators.",
        partial(draw_shower_response, _named(judged.curves, "shower_response"), label=label, run_pens=colours),
    )
    yield PlannedFigure(
        "cell_spectrum",
        "Energies of cells",
        "Mean number of cells of a shower against their energy; errors are those of means over showers.",
        "Spectrum of the energies of cells for full simulation and generators, with ratios.",
        partial(draw_cell_spectrum, _named(judged.curves, "cell_spectrum"), label=label, run_pens=colours),
    )
    yield PlannedFigure(
        "correlations",
        "Correlations of shape variables",
        "Linear correlations in full simulation, and what those of each generator have more (red) or less (blue).",
        "Correlation matrix of full simulation, and differences of generators to it.",
        partial(draw_correlation_differences, _named(judged.curves, "correlation"), label=label),
        "variables",
    )


def _sheets(judged: JudgedGenerators, label: Label, colours: dict[str, Pen]) -> Iterator[PlannedFigure]:
    """Yield a sheet of variables of whole showers, and one for each of some layers."""
    groups: dict[str, list[list[Curve]]] = {}
    for variable in judged.truth.shapes:
        own = [c for c in judged.curves if c.name == "shower_shape" and c.labels["variable"] == variable]
        first = variable.partition("_")[0]
        groups.setdefault(first if first.startswith("layer") else "shower", []).append(own)
    shown = list(groups)
    if len(shown) > _MOST_SHEETS:  # of many layers, some at even distances
        step = (len(shown) - 2) / (_MOST_SHEETS - 2)
        shown = [shown[0], *(shown[1 + round(i * step)] for i in range(_MOST_SHEETS - 1))]
    metrics: Sequence[Metric] = [m for m in judged.metrics if m.name == "separation" and m.run != FULL_SIMULATION]
    for group in shown:
        yield PlannedFigure(
            f"shapes_{group}",
            "Shape variables of the shower" if group == "shower" else f"Shape variables of {group}",
            "Shares of showers in bins of each variable, and below the ratio to full simulation, whose error is the "
            "band around 1. Numbers are separation powers, less what chance gives.",
            f"Histograms of the shape variables of {group} for full simulation and generators.",
            partial(draw_shower_shapes, groups[group][:_MOST_VARIABLES], metrics, label=label, run_pens=colours),
            "variables",
        )


def _means(pictures: ShowerPictures, label: Label) -> Iterator[PlannedFigure]:
    yield PlannedFigure(
        "mean_showers",
        "Mean showers",
        "Mean energy of every cell, and below the ratio of each generator to full simulation. The scale of colours is "
        "logarithmic and the same for all samples of a layer.",
        "Images of the mean shower in the layers, for full simulation and generators, and their ratios.",
        partial(draw_mean_showers, pictures.means, pictures.layers, label=label),
        "events",
    )


def _displays(pictures: ShowerPictures) -> Iterator[PlannedFigure]:
    content = "Energy of a cell [GeV]"
    label = Label(right="single showers")
    for place, rows in enumerate(pictures.displays):
        yield PlannedFigure(
            f"showers_{place}",
            f"Showers of {rows.title}",
            f"One shower of {rows.title} from full simulation, and one of each generator under the same conditions: "
            "they are alike in kind, and not cell by cell.",
            f"Images of single showers of {rows.title} in the layers.",
            partial(draw_mean_showers, rows.images, pictures.layers, content=content, ratios=False, label=label),
            "events",
        )
    for run, rows in pictures.interpolations.items():
        yield PlannedFigure(
            f"interpolation_{run}",
            f"One place in the latent space of {run}",
            f"What {run} makes {rows.title} at the place that its encoder gives one shower of full simulation.",
            f"Images of showers of {run} at rising energies.",
            partial(draw_mean_showers, rows.images, pictures.layers, content=content, ratios=False, label=label),
            "events",
        )
    for curve in pictures.latent:
        yield PlannedFigure(
            f"latent_{curve.run}",
            f"Latent space of {curve.run}",
            "Places that the encoder gives showers of the test part, along the two directions in which they vary most.",
            f"Scatter plot of the latent space of {curve.run}, coloured by energy.",
            partial(draw_latent_space, curve, label=label),
            "events",
        )


def _trainings(curves: Sequence[Curve], label: Label, colours: dict[str, Pen]) -> Iterator[PlannedFigure]:
    """Yield what each training was watched by: a loss alone, or panels where there is more."""
    runs = dict.fromkeys(str(curve.run) for curve in curves if curve.name == "training")
    for run in runs:
        own = [curve for curve in curves if curve.name == "training" and curve.run == run]
        if not any(len(curve.columns["epoch"]) > 1 for curve in own):
            continue
        panels = bool(set(training_quantities(own)) - _PLAIN) or not all("loss" in curve.columns for curve in own)
        draw = partial(draw_training_panels, own, label=label) if panels else None
        yield PlannedFigure(
            f"training_{run}",
            f"Training of {run}",
            "What the training was watched by, epoch by epoch; the epoch that was kept is marked by a star.",
            f"Losses and figures of {run} against the epoch.",
            draw or partial(draw_training, own, label=label, run_pens=colours),
            "learning",
        )


def _named(curves: Sequence[Curve], name: str) -> list[Curve]:
    return [curve for curve in curves if curve.name == name]
