"""What a model's answers come from: what it loses without a feature, and which pixels speak for its answer."""

from hepml.explain.feature import Feature, features_of
from hepml.explain.gradients import input_gradients, integrated_gradients
from hepml.explain.heat_map import Explained, HeatMap, Method, mean_heat_map
from hepml.explain.logits import explained_names, explained_outputs, explained_values, n_classes_explained
from hepml.explain.models import explained_model, explained_network
from hepml.explain.occlusion import occlusion
from hepml.explain.permutation import Importance, loss_of_repeats, permutation_importance
from hepml.explain.random_signs import signed_features, with_random_signs

__all__ = [
    "Explained",
    "Feature",
    "HeatMap",
    "Importance",
    "Method",
    "explained_model",
    "explained_names",
    "explained_network",
    "explained_outputs",
    "explained_values",
    "features_of",
    "input_gradients",
    "integrated_gradients",
    "loss_of_repeats",
    "mean_heat_map",
    "n_classes_explained",
    "occlusion",
    "permutation_importance",
    "signed_features",
    "with_random_signs",
]
