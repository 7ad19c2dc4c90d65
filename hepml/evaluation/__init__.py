"""Figures of merit: pure functions of truth, score and sample_weight, and a table of which judge which task."""

from hepml.evaluation.accuracy import accuracy_score
from hepml.evaluation.auc import roc_auc_score
from hepml.evaluation.confusion import ConfusionMatrix, confusion_matrix
from hepml.evaluation.curves import score_histograms
from hepml.evaluation.delta_auc import AucDifference, delta_auc
from hepml.evaluation.document import EvaluationDocument, document_from_json, document_to_json
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.histogram import score_histogram
from hepml.evaluation.kolmogorov_smirnov import KsTest, ks_2samp
from hepml.evaluation.overtraining import auc_gap
from hepml.evaluation.rejection import rejection_at_signal_efficiency, rejection_at_threshold
from hepml.evaluation.roc import RocCurve, roc_curve
from hepml.evaluation.table import EVALUATIONS, TaskEvaluation, compare_runs, evaluate_predictions
from hepml.evaluation.window import describe_window, window_mask
from hepml.evaluation.working_point import WorkingPoints, working_points

__all__ = [
    "EVALUATIONS",
    "AucDifference",
    "ConfusionMatrix",
    "Estimate",
    "EvaluationDocument",
    "KsTest",
    "RocCurve",
    "TaskEvaluation",
    "WorkingPoints",
    "accuracy_score",
    "auc_gap",
    "compare_runs",
    "confusion_matrix",
    "delta_auc",
    "describe_window",
    "document_from_json",
    "document_to_json",
    "evaluate_predictions",
    "ks_2samp",
    "rejection_at_signal_efficiency",
    "rejection_at_threshold",
    "roc_auc_score",
    "roc_curve",
    "score_histogram",
    "score_histograms",
    "weighted_fraction",
    "window_mask",
    "working_points",
]
