"""Fit, predict, save and load for networks and trees: one interface, one table."""

from hepml.estimators.member import load_member, read_history, save_member
from hepml.estimators.table import ESTIMATORS, build_estimator, check_direction, check_task, estimator_class, model_spec

__all__ = [
    "ESTIMATORS",
    "build_estimator",
    "check_direction",
    "check_task",
    "estimator_class",
    "load_member",
    "model_spec",
    "read_history",
    "save_member",
]
