"""The options of XGBoost, and what it calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pydantic

from hepml.contracts import RELATIVE, OutputSpec
from hepml.options import Options

OBJECTIVES: Mapping[str, tuple[str, str]] = {
    "binary_crossentropy": ("binary:logistic", "logloss"),
    "categorical_crossentropy": ("multi:softprob", "mlogloss"),
    "mse": ("reg:squarederror", "rmse"),
    "mae": ("reg:absoluteerror", "mae"),
    "huber": ("reg:pseudohubererror", "mphe"),
    f"{RELATIVE}mse": ("reg:squarederror", "rmse"),
    f"{RELATIVE}mae": ("reg:absoluteerror", "mae"),
}
"""Loss → objective, and the metric that is its mean (of the squared error: the root of it)."""


class XGBoostOptions(Options):
    """Options of XGBoost, under the names that the other estimators have for them."""

    learning_rate: float = pydantic.Field(0.05, gt=0, le=1)
    max_iter: int = pydantic.Field(1000, gt=0, description="Largest number of trees (of each class, if there are more)")
    max_depth: int = pydantic.Field(5, ge=1, le=30)
    min_child_weight: float = pydantic.Field(1.0, ge=0, description="Least sum of second derivatives of a leaf")
    subsample: float = pydantic.Field(0.8, gt=0, le=1, description="Share of the examples that each tree is shown")
    colsample: float = pydantic.Field(0.8, gt=0, le=1, description="Share of the features that each tree is shown")
    l1: float = pydantic.Field(0.0, ge=0, description="L1 regularisation of the leaves")
    l2: float = pydantic.Field(1.0, ge=0, description="L2 regularisation of the leaves")
    max_bins: int = pydantic.Field(256, ge=2)
    patience: int = pydantic.Field(
        50, gt=0, description="Trees without improvement before stopping, unless training.early_stopping is null"
    )


def parameters(options: XGBoostOptions, output: OutputSpec, seed: int) -> dict[str, Any]:
    """Return the parameters of `xgboost.train`."""
    objective, metric = OBJECTIVES[output.loss]
    of_loss: dict[str, Any] = {"num_class": output.size} if output.loss == "categorical_crossentropy" else {}
    if output.loss == "huber":
        of_loss["huber_slope"] = output.loss_options.get("delta", 1.0)
    return of_loss | {
        "objective": objective,
        "eval_metric": metric,
        "tree_method": "hist",
        "learning_rate": options.learning_rate,
        "max_depth": options.max_depth,
        "min_child_weight": options.min_child_weight,
        "subsample": options.subsample,
        "colsample_bytree": options.colsample,
        "reg_alpha": options.l1,
        "reg_lambda": options.l2,
        "max_bin": options.max_bins,
        "seed": seed,
        "verbosity": 0,
    }
