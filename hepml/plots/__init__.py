"""Figures: contracts → matplotlib, in the style of a talk; nothing is computed here and no model is known."""

from matplotlib.figure import Figure

from hepml.plots.confusion import draw_confusion
from hepml.plots.images import ImageAxes, draw_mean_images
from hepml.plots.labels import Label
from hepml.plots.pens import Pen, pens
from hepml.plots.roc import draw_roc
from hepml.plots.save import SavedFigure, figure_bytes, save_figure
from hepml.plots.scores import draw_scores
from hepml.plots.spectators import draw_spectator
from hepml.plots.training import draw_training

__all__ = [
    "Figure",
    "ImageAxes",
    "Label",
    "Pen",
    "SavedFigure",
    "draw_confusion",
    "draw_mean_images",
    "draw_roc",
    "draw_scores",
    "draw_spectator",
    "draw_training",
    "figure_bytes",
    "pens",
    "save_figure",
]
