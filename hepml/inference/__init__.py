"""Trained runs: what they are on disk, and how they are applied to events."""

from hepml.inference.apply import apply_members, average, unseen_fold
from hepml.inference.dataset_predictions import check_dataset, n_rows_of_part, predict_part
from hepml.inference.friend_tree import Friend
from hepml.inference.loaded_run import Backend, LoadedRun, load_learning, load_run, n_loads
from hepml.inference.member_info import MemberInfo
from hepml.inference.onnx_member import require_onnx_files
from hepml.inference.run_info import RunInfo, read_run_info
from hepml.inference.scorer import Scorer

__all__ = [
    "Backend",
    "Friend",
    "LoadedRun",
    "MemberInfo",
    "RunInfo",
    "Scorer",
    "apply_members",
    "average",
    "check_dataset",
    "load_learning",
    "load_run",
    "n_loads",
    "n_rows_of_part",
    "predict_part",
    "read_run_info",
    "require_onnx_files",
    "unseen_fold",
]
