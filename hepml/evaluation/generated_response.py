"""Response and resolution of generated showers over those of full simulation, in bins of the true energy."""

from __future__ import annotations

import math

import numpy as np

from hepml.contracts import Curve, Metric
from hepml.errors import DatasetError
from hepml.evaluation.binning import equal_population_edges
from hepml.evaluation.case import Case
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.resolution_terms import resolution_terms
from hepml.evaluation.shower_response import ShowerResponse, response_ratio, shower_response, shower_response_curve
from hepml.evaluation.shower_sample import Floats, ShowerSample

TOTAL = "total_energy_gev"
_LEAST_IN_BIN = 50


def energy_edges(truth: ShowerSample, bins: list[float] | int) -> Floats:
    """Return edges of the true energy: those given, or of equal population with some fifty showers or more in each."""
    if isinstance(bins, list):
        return np.asarray(bins, dtype=np.float64)
    return equal_population_edges(truth.energy_gev, max(1, min(bins, truth.n // _LEAST_IN_BIN)))


def response_of(sample: ShowerSample, edges: Floats) -> ShowerResponse:
    """Return response and resolution of a sample."""
    return shower_response(sample.energy_gev, sample.shapes[TOTAL], edges, sample_weight=sample.weight)


def response_figures(truth: ShowerSample, fast: ShowerSample, edges: Floats) -> list[Metric]:
    """Return ``response_ratio`` and ``resolution_ratio`` in each bin, and the terms of the resolution.

    Parameters
    ----------
    truth, fast : ShowerSample
        Full simulation, and what is compared with it.
    edges : array of float64, shape (k + 1,)
        Of the true energy, in GeV.
    """
    found = response_of(fast, edges)
    ratio = response_ratio(found, response_of(truth, edges))
    metrics = []
    for i in range(len(edges) - 1):
        case = Case(fast.name, "test", member=fast.member, selection=describe_bin(edges[i], edges[i + 1]))
        for name in ("response", "resolution"):
            value, error = (float(getattr(ratio, field)[i]) for field in (name, f"{name}_error"))
            method = "variance" if math.isfinite(value) else "undefined: too few showers"
            metrics.append(case.metric(f"{name}_ratio", Estimate(value, error, method)))
    return metrics + _terms(fast, found)


def response_curves(sample: ShowerSample, edges: Floats) -> list[Curve]:
    """Return ``shower_response`` of a sample."""
    curve = shower_response_curve(response_of(sample, edges), run=sample.name)
    return [Curve(curve.name, curve.columns, sample.name, sample.member)]


def describe_bin(low: float, high: float) -> str:
    """Return a bin of the true energy in words.

    Examples
    --------
    >>> describe_bin(1.0, 12.345)
    '1 to 12.3 GeV'
    """
    return f"{low:.3g} to {high:.3g} GeV"


def _terms(fast: ShowerSample, response: ShowerResponse) -> list[Metric]:
    try:
        terms = resolution_terms(response)
    except DatasetError:
        return []
    case = Case(fast.name, "test", member=fast.member)
    return [case.metric("stochastic_term", terms.stochastic), case.metric("constant_term", terms.constant)]
