"""From ROOT ntuples to trained networks, ROC curves with honest uncertainties and scores back in ROOT."""

from importlib import import_module
from importlib.metadata import version
from typing import Any

__version__ = version("hepml")

_LAZY = {
    "Column": "hepml.representations",
    "CutFlow": "hepml.contracts",
    "Examples": "hepml.contracts",
    "ObjectIndex": "hepml.contracts",
    "HepmlError": "hepml.errors",
    "JetImage": "hepml.representations",
    "Occupancy": "hepml.representations",
    "PixelMap": "hepml.representations",
    "Sequence": "hepml.representations",
    "Shower": "hepml.representations",
    "Table": "hepml.representations",
    "substructure": "hepml.representations",
    "constituent_features": "hepml.representations",
    "CONSTITUENT_FEATURES": "hepml.representations",
    "hit_summary": "hepml.representations",
    "hit_summary_columns": "hepml.representations",
    "SUBSTRUCTURE_COLUMNS": "hepml.representations",
    "shower_shapes": "hepml.representations",
    "shower_shape_columns": "hepml.representations",
    "track_features": "hepml.representations",
    "TRACK_FEATURES": "hepml.representations",
    "BarrelOptions": "hepml.tracking",
    "HelixFilter": "hepml.tracking",
    "STEP_FEATURES": "hepml.tracking",
    "barrel_events": "hepml.tracking",
    "build_tracks": "hepml.tracking",
    "hits_of_particles": "hepml.tracking",
    "judge_tracks": "hepml.evaluation",
    "places_of_hits": "hepml.tracking",
    "track_steps": "hepml.tracking",
    "network_propagator": "hepml.workflow.track_propagator",
    "read_barrel_events": "hepml.workflow.barrel_files",
    "compare_builders": "hepml.workflow.compare_builders",
    "track_summary": "hepml.representations",
    "TRACK_SUMMARY_COLUMNS": "hepml.representations",
    "score_lumisections": "hepml.workflow.score_lumisections",
    "load_recipe": "hepml.recipe",
    "open_dataset": "hepml.datasets",
    "processor": "hepml.processing",
    "Scorer": "hepml.inference",
    "load_run": "hepml.inference",
    "sample": "hepml.workflow",
    "check": "hepml.workflow",
    "process": "hepml.workflow",
    "train": "hepml.workflow",
    "evaluate": "hepml.workflow",
    "predict": "hepml.workflow",
    "generate": "hepml.workflow",
    "flag": "hepml.workflow",
    "flagged_lumisections": "hepml.workflow.flagged_lumisections",
    "judge_flags": "hepml.workflow.judge_flags",
    "FlagOptions": "hepml.workflow.flag_options",
    "GoldenMask": "hepml.monitoring",
    "export": "hepml.workflow",
    "run": "hepml.workflow",
    "status": "hepml.workflow",
    "demo": "hepml.workflow",
    "recipe_schema": "hepml.recipe",
}

__all__ = ["__version__", *_LAZY]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import hepml`` stays light."""
    if name not in _LAZY:
        msg = f"module 'hepml' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
