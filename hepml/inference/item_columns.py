"""From outputs per item to columns of lists, one entry per example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import OutputSpec, TaskSpec


def item_columns(run_name: str, task: TaskSpec, outputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """Return what `Predictions` hold of outputs per item, one column of shape (n, length) per number of an item.

    ``<run>_<output>_place`` and ``<run>_<output>_truth_probability`` of an output judged by its choice;
    ``<run>_<output>_mean_<feature>`` and ``<run>_<output>_covariance_<feature>_<feature>`` of normal distributions.

    Examples
    --------
    >>> options = {"feature_names": ("phi [rad]", "z [cm]")}
    >>> hit = OutputSpec("hit", 5, "gaussian", "", "", loss_options=options, leading=(7,), combine="moments")
    >>> columns = item_columns("rnn", TaskSpec("next_item", (hit,)), {"hit": np.zeros((3, 7, 5))})
    >>> list(columns)[1:4]
    ['rnn_hit_mean_z', 'rnn_hit_covariance_phi_phi', 'rnn_hit_covariance_z_phi']
    """
    return {
        f"{run_name}_{output.name}_{name}": np.asarray(outputs[output.name][..., index], np.float32)
        for output in task.kept
        for index, name in enumerate(_names(output))
    }


def _names(output: OutputSpec) -> list[str]:
    if output.judged == "choice":
        return ["place", "truth_probability"]
    if output.combine != "moments":
        return [str(index) for index in range(output.size)]
    features = [name.partition(" [")[0] for name in output.loss_options["feature_names"]]
    covariances = [f"covariance_{row}_{column}" for i, row in enumerate(features) for column in features[: i + 1]]
    return [*(f"mean_{feature}" for feature in features), *covariances]
