"""Whether predictions of the next hit know how good they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric, PropagationSteps
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.mean import standard_error
from hepml.evaluation.pulls import pulls

COORDINATES = ("rphi", "z")
"""Along the circle, and along the axis."""

_LONGEST_PULL = 6.0


def step_metrics(steps: PropagationSteps, *, run: str) -> list[Metric]:
    """Return mean and width of the pulls of each coordinate, over all layers and layer by layer.

    ``pull_width_rphi`` is half of the central 68.27% interval, ``pull_rms_rphi`` the root of the mean square, which
    sees the tails; ``residual_um_rphi`` half of the central interval of the residuals.  ``chi2_per_coordinate`` is 1
    where the whole covariance is right.
    """
    layers = [None, *np.unique(steps.layer).tolist()]
    return [metric for layer in layers for metric in _of_layer(steps, layer, run)]


def _of_layer(steps: PropagationSteps, layer: int | None, run: str) -> list[Metric]:
    chosen = np.full(len(steps.layer), True) if layer is None else steps.layer == layer
    figures: dict[str, Estimate] = {"chi2_per_coordinate": _mean(steps.chi2[chosen] / 2)}
    for axis, name in enumerate(COORDINATES):
        pull, residual = steps.pull[chosen, axis], 1e4 * steps.residual_cm[chosen, axis]
        figures[f"pull_mean_{name}"], figures[f"pull_width_{name}"] = _spread(pull)
        figures[f"pull_rms_{name}"] = _root_mean_square(pull)
        figures[f"residual_um_{name}"] = _spread(residual)[1]
    selection = None if layer is None else f"layer {layer}"
    return [
        Metric(name, each.value, each.error, each.method, run=run, weights="none", selection=selection)
        for name, each in figures.items()
    ]


def pull_curves(steps: PropagationSteps, *, run: str, n_bins: int = 48) -> list[Curve]:
    """Return the histograms of the pulls, unit area, within ±6; what is beyond counts in the area."""
    edges = np.linspace(-_LONGEST_PULL, _LONGEST_PULL, n_bins + 1)
    curves = []
    for axis, name in enumerate(COORDINATES):
        counts = np.histogram(steps.pull[:, axis], edges)[0]
        per_count = 1 / (max(len(steps.pull), 1) * (edges[1] - edges[0]))
        columns = {"low": edges[:-1], "high": edges[1:], "density": counts * per_count}
        columns["density_error"] = np.sqrt(counts) * per_count
        curves.append(Curve("pull", columns, run=run, labels={"coordinate": name}))
    return curves


def _spread(values: NDArray[np.float64]) -> tuple[Estimate, Estimate]:
    if len(values) < 2:
        return undefined("fewer than two hits"), undefined("fewer than two hits")
    return pulls(np.zeros(len(values)), values, np.ones(len(values)))


def _mean(values: NDArray[np.float64]) -> Estimate:
    if len(values) < 2:
        return undefined("fewer than two hits")
    share = np.full(len(values), 1 / len(values))
    return Estimate(float(values.mean()), standard_error(values, share), "variance of the mean")


def _root_mean_square(values: NDArray[np.float64]) -> Estimate:
    square = _mean(np.square(values))
    if not square.defined or square.value == 0:
        return square
    root = float(np.sqrt(square.value))
    return Estimate(root, square.error / (2 * root), "variance of the mean square")
