"""XGBoost's trees on disk: its own JSON, numbers only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hepml.errors import RunError
from hepml.estimators.extras import import_extra

_FILE = "trees.json"
_OFFSET, _SCALE = "hepml_target_offset", "hepml_target_scale"


def save_booster(booster: Any, scaling: tuple[float, float], folder: Path) -> None:
    """Write the trees, and with them the offset and scale of their target."""
    booster.set_attr(**{_OFFSET: repr(scaling[0]), _SCALE: repr(scaling[1])})
    booster.save_model(folder / _FILE)


def load_booster(folder: Path, *, n_features: int, objective: str) -> tuple[Any, tuple[float, float]]:
    """Read what `save_booster` wrote.

    Raises
    ------
    RunError
        The file is missing, damaged, or has trees for other features or another loss.
    """
    xgboost = import_extra("xgboost")
    path = folder / _FILE
    try:
        content = path.read_bytes()
        found = json.loads(content)["learner"]["objective"]["name"]  # XGBoost itself may crash on half a file
        booster = xgboost.Booster()
        booster.load_model(bytearray(content))
        scaling = float(booster.attr(_OFFSET)), float(booster.attr(_SCALE))
    except (OSError, ValueError, KeyError, TypeError, xgboost.core.XGBoostError) as problem:
        reason = (str(problem).splitlines() or [type(problem).__name__])[0]
        msg = f"{path}: the trees cannot be loaded ({reason}): train again"
        raise RunError(msg) from None
    if (booster.num_features(), found) != (n_features, objective):
        msg = (
            f"{path}: the trees read {booster.num_features()} features for {found} and the run says {n_features} for "
            f"{objective}: files of different runs are mixed; train again"
        )
        raise RunError(msg)
    return booster, scaling
