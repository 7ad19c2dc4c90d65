"""What a model's answers come from: how much worse it gets without a feature."""

from hepml.explain.feature import Feature, features_of
from hepml.explain.permutation import Importance, loss_of_repeats, permutation_importance

__all__ = ["Feature", "Importance", "features_of", "loss_of_repeats", "permutation_importance"]
