"""The frozen dataclasses that cross rooms and the interfaces that rooms share."""

from hepml.contracts.barrel import Barrel
from hepml.contracts.barrel_events import BarrelEvents
from hepml.contracts.batch import Batch, BatchSource
from hepml.contracts.chunk import Chunk
from hepml.contracts.cutflow import CutFlow, CutStep
from hepml.contracts.estimator import (
    Epoch,
    Estimator,
    Exportable,
    FitPlan,
    FittedModel,
    Generative,
    Latent,
    MapDetector,
    ModelSpec,
    Normalisation,
    StartPlan,
    Transferable,
)
from hepml.contracts.examples import Examples, ObjectIndex
from hepml.contracts.found_tracks import NO_HIT, NOBODY, FoundTracks, MatchedTracks
from hepml.contracts.generated import Generated
from hepml.contracts.lumi_flags import (
    STATUSES,
    FlagRates,
    Incident,
    Key,
    LumiFlag,
    LumiMaps,
    LumiScore,
    Status,
    Threshold,
)
from hepml.contracts.manifest import BucketCounts, InputFile, InputSummary, Manifest, ShardInfo
from hepml.contracts.metric import Curve, Metric
from hepml.contracts.monitored_histogram import WHOLE_RUN, MonitoredHistogram
from hepml.contracts.predictions import TEST_OF_FIRST_FOLD, Predictions, part_beside_train
from hepml.contracts.propagator import HitPrediction, Propagator
from hepml.contracts.representation import (
    Additive,
    ArraySpec,
    CombineRule,
    Moments,
    Representation,
    RepresentationSpec,
    Reversible,
    batch_name,
)
from hepml.contracts.scored_histograms import ScoredHistograms
from hepml.contracts.task import RELATIVE, OutputSpec, TaskSpec
from hepml.contracts.track_steps import PropagationSteps
from hepml.contracts.two_sample_scores import TwoSampleScores
from hepml.contracts.verdict import Verdict

__all__ = [
    "NOBODY",
    "NO_HIT",
    "RELATIVE",
    "STATUSES",
    "TEST_OF_FIRST_FOLD",
    "WHOLE_RUN",
    "Additive",
    "ArraySpec",
    "Barrel",
    "BarrelEvents",
    "Batch",
    "BatchSource",
    "BucketCounts",
    "Chunk",
    "CombineRule",
    "Curve",
    "CutFlow",
    "CutStep",
    "Epoch",
    "Estimator",
    "Examples",
    "Exportable",
    "FitPlan",
    "FittedModel",
    "FlagRates",
    "FoundTracks",
    "Generated",
    "Generative",
    "HitPrediction",
    "Incident",
    "InputFile",
    "InputSummary",
    "Key",
    "Latent",
    "LumiFlag",
    "LumiMaps",
    "LumiScore",
    "Manifest",
    "MapDetector",
    "MatchedTracks",
    "Metric",
    "ModelSpec",
    "Moments",
    "MonitoredHistogram",
    "Normalisation",
    "ObjectIndex",
    "OutputSpec",
    "Predictions",
    "PropagationSteps",
    "Propagator",
    "Representation",
    "RepresentationSpec",
    "Reversible",
    "ScoredHistograms",
    "ShardInfo",
    "StartPlan",
    "Status",
    "TaskSpec",
    "Threshold",
    "Transferable",
    "TwoSampleScores",
    "Verdict",
    "batch_name",
    "part_beside_train",
]
