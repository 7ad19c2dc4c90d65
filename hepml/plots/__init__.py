"""Figures: contracts → matplotlib, in the style of a talk; nothing is computed here and no model is known."""

from matplotlib.figure import Figure

from hepml.plots.categories import draw_category_efficiency, draw_category_scores
from hepml.plots.cell_spectrum import draw_cell_spectrum
from hepml.plots.confusion import draw_confusion
from hepml.plots.correlation import draw_correlation
from hepml.plots.correlation_differences import draw_correlation_differences
from hepml.plots.cut_scan import draw_cut_scan
from hepml.plots.efficiency import draw_efficiency
from hepml.plots.event_display import EventPicture, HeatPicture, draw_event, draw_events, draw_heat_maps
from hepml.plots.event_panels import EventView
from hepml.plots.images import ImageAxes, draw_mean_images
from hepml.plots.importance import draw_importance
from hepml.plots.items import draw_accuracy_by_item, draw_pulls, draw_widths_by_item
from hepml.plots.labels import Label, axis_title
from hepml.plots.latent_space import draw_latent_space
from hepml.plots.learning import draw_learning
from hepml.plots.map_pictures import MapPicture, draw_maps
from hepml.plots.map_scores import draw_fault_rocs, draw_scores_over
from hepml.plots.mean_showers import LayerAxes, draw_mean_showers
from hepml.plots.pens import Pen, pens
from hepml.plots.ranking import draw_ranking
from hepml.plots.reliability import draw_reliability
from hepml.plots.residuals import draw_residuals
from hepml.plots.response import draw_response
from hepml.plots.roc import draw_roc
from hepml.plots.save import SavedFigure, figure_bytes, save_figure
from hepml.plots.scores import draw_scores
from hepml.plots.sculpting import draw_sculpting
from hepml.plots.selection import draw_selection
from hepml.plots.selection_scan import draw_selection_scan
from hepml.plots.shower_response import draw_shower_response
from hepml.plots.shower_shapes import draw_shower_shapes
from hepml.plots.significance import draw_significance
from hepml.plots.spectators import draw_spectator
from hepml.plots.track_display import TrackPicture, draw_tracks
from hepml.plots.track_event import draw_track_event
from hepml.plots.track_pulls import draw_track_pulls
from hepml.plots.track_rates import draw_track_rates
from hepml.plots.training import draw_training
from hepml.plots.training_panels import draw_training_panels, training_quantities
from hepml.plots.truth_prediction import draw_truth_prediction
from hepml.plots.views_left_out import draw_views_left_out

__all__ = [
    "EventPicture",
    "EventView",
    "Figure",
    "HeatPicture",
    "ImageAxes",
    "Label",
    "LayerAxes",
    "MapPicture",
    "Pen",
    "SavedFigure",
    "TrackPicture",
    "axis_title",
    "draw_accuracy_by_item",
    "draw_category_efficiency",
    "draw_category_scores",
    "draw_cell_spectrum",
    "draw_confusion",
    "draw_correlation",
    "draw_correlation_differences",
    "draw_cut_scan",
    "draw_efficiency",
    "draw_event",
    "draw_events",
    "draw_fault_rocs",
    "draw_heat_maps",
    "draw_importance",
    "draw_latent_space",
    "draw_learning",
    "draw_maps",
    "draw_mean_images",
    "draw_mean_showers",
    "draw_pulls",
    "draw_ranking",
    "draw_reliability",
    "draw_residuals",
    "draw_response",
    "draw_roc",
    "draw_scores",
    "draw_scores_over",
    "draw_sculpting",
    "draw_selection",
    "draw_selection_scan",
    "draw_shower_response",
    "draw_shower_shapes",
    "draw_significance",
    "draw_spectator",
    "draw_track_event",
    "draw_track_pulls",
    "draw_track_rates",
    "draw_tracks",
    "draw_training",
    "draw_training_panels",
    "draw_truth_prediction",
    "draw_views_left_out",
    "draw_widths_by_item",
    "figure_bytes",
    "pens",
    "save_figure",
    "training_quantities",
]
