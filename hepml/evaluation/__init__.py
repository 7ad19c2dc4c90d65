"""Figures of merit: pure functions of truth, score and sample_weight, and a table of which judge which task."""

from hepml.evaluation.accuracy import accuracy_score
from hepml.evaluation.auc import roc_auc_score
from hepml.evaluation.binned_efficiency import (
    BinnedEfficiency,
    binned_efficiency,
    binned_efficiency_at_signal_efficiency,
)
from hepml.evaluation.binned_selection import BinnedSelection, Selection, binned_selection, selection_of
from hepml.evaluation.binning import bin_index, equal_population_edges
from hepml.evaluation.bootstrap import Bootstrap, bootstrap_figure, bootstrap_ranked
from hepml.evaluation.bootstrap_metrics import bootstrap_auc, bootstrap_delta_auc, bootstrap_rejection
from hepml.evaluation.case import Case
from hepml.evaluation.cell_spectrum import CellSpectrum, cell_spectrum
from hepml.evaluation.confusion import ConfusionMatrix, confusion_matrix
from hepml.evaluation.correlation import Correlation, correlation_curves, weighted_correlation
from hepml.evaluation.coverage import Coverage, coverage
from hepml.evaluation.curves import score_histograms
from hepml.evaluation.delta_auc import AucDifference, delta_auc
from hepml.evaluation.difference_curves import difference_curves
from hepml.evaluation.document import EvaluationDocument, document_from_json, document_to_json
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.frechet import frechet_distance, frechet_physics_distance
from hepml.evaluation.generated_classifier import classifier_figures, compare_judged
from hepml.evaluation.generated_copies import copies_of_truth, copy_figures
from hepml.evaluation.generated_distances import mean_shower
from hepml.evaluation.histogram import score_histogram
from hepml.evaluation.histogram_chi2 import Chi2Test, histogram_chi2
from hepml.evaluation.isotonic import IsotonicCalibration, fit_isotonic
from hepml.evaluation.judge_showers import compare_generators, judge_showers, shower_curves
from hepml.evaluation.judge_tracks import TrackJudgement, judge_tracks
from hepml.evaluation.kernel_distance import kernel_physics_distance
from hepml.evaluation.kolmogorov_smirnov import KsTest, ks_2samp
from hepml.evaluation.leading_accuracy import leading_accuracy
from hepml.evaluation.leading_figure import LeadingFigure, paired_change
from hepml.evaluation.log_rejection import delta_log_rejection
from hepml.evaluation.map_score import MapScores, score_maps
from hepml.evaluation.mean import weighted_mean
from hepml.evaluation.member_medians import median_over_members
from hepml.evaluation.memorising import Memorising, memorising_test
from hepml.evaluation.overtraining import auc_gap
from hepml.evaluation.probability import brier_score_loss, log_loss
from hepml.evaluation.pull_map import pull_maps
from hepml.evaluation.pulls import pulls
from hepml.evaluation.ranking import RankedSample, rank
from hepml.evaluation.rejection import rejection_at_signal_efficiency, rejection_at_threshold
from hepml.evaluation.reliability import ReliabilityCurve, calibration_curve, expected_calibration_error
from hepml.evaluation.residuals import (
    bias,
    mean_absolute_error,
    median_absolute_error,
    r2_score,
    resolution,
    root_mean_squared_error,
    tail_fraction,
)
from hepml.evaluation.resolution_terms import ResolutionTerms, resolution_terms
from hepml.evaluation.roc import RocCurve, roc_curve
from hepml.evaluation.sculpting import Sculpting, jensen_shannon_divergence, sculpting_at_signal_efficiency
from hepml.evaluation.seen_at_all import what_can_be_seen
from hepml.evaluation.separation import Separation, separation_power
from hepml.evaluation.shape_comparison import ShapeComparison, compare_shapes
from hepml.evaluation.shower_response import (
    ResponseRatio,
    ShowerResponse,
    response_ratio,
    shower_response,
    shower_response_curve,
)
from hepml.evaluation.shower_sample import FULL_SIMULATION, ShowerSample
from hepml.evaluation.significance import approximate_median_significance, s_over_sqrt_b, s_over_sqrt_sb
from hepml.evaluation.significance_improvement import significance_improvement
from hepml.evaluation.significance_scan import SignificanceScan, significance_scan
from hepml.evaluation.stored_histograms import stored_histograms
from hepml.evaluation.table import (
    EVALUATIONS,
    TaskEvaluation,
    compare_runs,
    evaluate_predictions,
    input_curves,
    leading_figures,
    prediction_histograms,
)
from hepml.evaluation.temperature import TemperatureCalibration, fit_temperature
from hepml.evaluation.track_counts import Reconstructable
from hepml.evaluation.track_matching import match_tracks
from hepml.evaluation.truth_floor import truth_floor
from hepml.evaluation.variable_ranking import VariableRanking, rank_variables, variable_ranking_curves
from hepml.evaluation.verdicts import verdicts
from hepml.evaluation.window import describe_window, window_mask
from hepml.evaluation.working_point import WorkingPoints, working_points

__all__ = [
    "EVALUATIONS",
    "FULL_SIMULATION",
    "AucDifference",
    "BinnedEfficiency",
    "BinnedSelection",
    "Bootstrap",
    "Case",
    "CellSpectrum",
    "Chi2Test",
    "ConfusionMatrix",
    "Correlation",
    "Coverage",
    "Estimate",
    "EvaluationDocument",
    "IsotonicCalibration",
    "KsTest",
    "LeadingFigure",
    "MapScores",
    "Memorising",
    "RankedSample",
    "Reconstructable",
    "ReliabilityCurve",
    "ResolutionTerms",
    "ResponseRatio",
    "RocCurve",
    "Sculpting",
    "Selection",
    "Separation",
    "ShapeComparison",
    "ShowerResponse",
    "ShowerSample",
    "SignificanceScan",
    "TaskEvaluation",
    "TemperatureCalibration",
    "TrackJudgement",
    "VariableRanking",
    "WorkingPoints",
    "accuracy_score",
    "approximate_median_significance",
    "auc_gap",
    "bias",
    "bin_index",
    "binned_efficiency",
    "binned_efficiency_at_signal_efficiency",
    "binned_selection",
    "bootstrap_auc",
    "bootstrap_delta_auc",
    "bootstrap_figure",
    "bootstrap_ranked",
    "bootstrap_rejection",
    "brier_score_loss",
    "calibration_curve",
    "cell_spectrum",
    "classifier_figures",
    "compare_generators",
    "compare_judged",
    "compare_runs",
    "compare_shapes",
    "confusion_matrix",
    "copies_of_truth",
    "copy_figures",
    "correlation_curves",
    "coverage",
    "delta_auc",
    "delta_log_rejection",
    "describe_window",
    "difference_curves",
    "document_from_json",
    "document_to_json",
    "equal_population_edges",
    "evaluate_predictions",
    "expected_calibration_error",
    "fit_isotonic",
    "fit_temperature",
    "frechet_distance",
    "frechet_physics_distance",
    "histogram_chi2",
    "input_curves",
    "jensen_shannon_divergence",
    "judge_showers",
    "judge_tracks",
    "kernel_physics_distance",
    "ks_2samp",
    "leading_accuracy",
    "leading_figures",
    "log_loss",
    "match_tracks",
    "mean_absolute_error",
    "mean_shower",
    "median_absolute_error",
    "median_over_members",
    "memorising_test",
    "paired_change",
    "prediction_histograms",
    "pull_maps",
    "pulls",
    "r2_score",
    "rank",
    "rank_variables",
    "rejection_at_signal_efficiency",
    "rejection_at_threshold",
    "resolution",
    "resolution_terms",
    "response_ratio",
    "roc_auc_score",
    "roc_curve",
    "root_mean_squared_error",
    "s_over_sqrt_b",
    "s_over_sqrt_sb",
    "score_histogram",
    "score_histograms",
    "score_maps",
    "sculpting_at_signal_efficiency",
    "selection_of",
    "separation_power",
    "shower_curves",
    "shower_response",
    "shower_response_curve",
    "significance_improvement",
    "significance_scan",
    "stored_histograms",
    "tail_fraction",
    "truth_floor",
    "variable_ranking_curves",
    "verdicts",
    "weighted_correlation",
    "weighted_fraction",
    "weighted_mean",
    "what_can_be_seen",
    "window_mask",
    "working_points",
]
