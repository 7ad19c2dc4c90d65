"""How far generated showers are from full simulation in all variables and cells together."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hepml.contracts import Curve, Metric
from hepml.errors import DatasetError
from hepml.evaluation.case import Case
from hepml.evaluation.cell_spectrum import CellSpectrum, cell_spectrum
from hepml.evaluation.coverage import coverage
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.frechet import frechet_physics_distance
from hepml.evaluation.kernel_distance import kernel_physics_distance
from hepml.evaluation.shower_sample import Floats, ShowerSample

_GROUPS = 10
_LEAST_GEV, _BINS_A_DECADE = 1e-4, 6


def distance_figures(truth: ShowerSample, fast: ShowerSample, *, neighbours: int, seed: int) -> list[Metric]:
    """Return distances between two samples of showers, each of them 0 but for fluctuations where the samples are alike.

    ``frechet_distance`` and ``kernel_distance`` (without weights) of the shape variables; ``correlation_distance``, the
    root mean square difference of their correlations; ``coverage_lost``, the share of true showers without a generated
    neighbour beyond that of chance; ``spectrum_distance``, the separation power of the spectra of cell energies;
    ``mean_shower_distance``, Σ |difference| over Σ energy of the cells of the mean showers.

    Parameters
    ----------
    truth, fast : ShowerSample
        Full simulation, and what is compared with it.
    neighbours : int
        Showers at most whose neighbours are looked for.
    seed : int
        Shuffles showers.
    """
    case = Case(fast.name, "test", member=fast.member)
    rng = np.random.default_rng(seed)
    weights = {"truth_weight": truth.weight, "generated_weight": fast.weight}
    kept = slice(None, neighbours)
    figures: dict[str, Callable[[], Estimate]] = {
        "frechet_distance": lambda: frechet_physics_distance(truth.table, fast.table, rng=rng, **weights),
        "kernel_distance": lambda: kernel_physics_distance(truth.table, fast.table, rng=rng),
        "correlation_distance": lambda: correlation_distance(truth, fast),
        "coverage_lost": lambda: _coverage_lost(truth.select(rng.permutation(truth.n)[kept]), fast, rng),
        "spectrum_distance": lambda: spectrum_distance(spectrum_of(truth), spectrum_of(fast)),
        "mean_shower_distance": lambda: mean_shower_distance(truth, fast),
    }
    return [case.metric(name, _known(figure)) for name, figure in figures.items()]


def correlation_distance(truth: ShowerSample, fast: ShowerSample) -> Estimate:
    """Return the root mean square difference of the correlations of shape variables, with a jackknife error."""
    sums = [_moments(sample) for sample in (truth, fast)]
    varies = np.logical_and(*(_varies(each.sum(axis=0)) for each in sums))
    value = _rms_difference([each.sum(axis=0) for each in sums], varies)
    left_out = np.array([_rms_difference([each.sum(0) - each[i] for each in sums], varies) for i in range(_GROUPS)])
    error = math.sqrt((_GROUPS - 1) * float(np.square(left_out - left_out.mean()).mean()))
    return Estimate(value, error, f"{int(varies.sum())} variables, jackknife")


def spectrum_of(sample: ShowerSample) -> CellSpectrum:
    """Return the spectrum of the energies of cells, from 0.1 MeV on, in bins of equal ratio."""
    energy = sample.cells.astype(np.float64) * sample.energy_gev[:, None]
    top = max(float(energy.max(initial=0.0)), 10 * _LEAST_GEV)
    n_bins = math.ceil(_BINS_A_DECADE * math.log10(top / _LEAST_GEV))
    edges = _LEAST_GEV * 10 ** (np.arange(n_bins + 1) / _BINS_A_DECADE)
    filled = energy > 0
    return cell_spectrum(energy[filled], filled.sum(axis=1), edges, sample_weight=sample.weight)


def spectrum_curve(sample: ShowerSample) -> Curve:
    """Return ``cell_spectrum``: ``low``, ``high`` (GeV), mean ``cells`` of a shower in the bin with their ``error``."""
    found = spectrum_of(sample)
    columns = {name: getattr(found, name) for name in ("low", "high", "cells", "error")}
    return Curve("cell_spectrum", columns, sample.name, sample.member)


def spectrum_distance(one: CellSpectrum, other: CellSpectrum) -> Estimate:
    """Return the separation power of two spectra, each over its number of cells; bins begin with the same one."""
    n = max(len(one.cells), len(other.cells))
    shares = [np.pad(each.cells, (0, n - len(each.cells))) / max(each.cells.sum(), 1e-12) for each in (one, other)]
    both = shares[0] + shares[1]
    terms = np.divide(np.square(shares[0] - shares[1]), both, out=np.zeros(n), where=both > 0)
    return Estimate(0.5 * float(terms.sum()), math.nan, f"{np.count_nonzero(both)} bins, no error")


def mean_shower(sample: ShowerSample) -> Floats:
    """Return the mean energy of each cell in GeV, shape (n_cells,)."""
    return np.asarray((sample.weight * sample.energy_gev) @ sample.cells / sample.weight.sum())


def mean_shower_distance(truth: ShowerSample, fast: ShowerSample) -> Estimate:
    """Return Σ |difference| over Σ energy, of the cells of the mean showers."""
    full, made = mean_shower(truth), mean_shower(fast)
    return Estimate(float(np.abs(made - full).sum() / full.sum()), math.nan, f"{len(full)} cells, no error")


def _coverage_lost(truth: ShowerSample, fast: ShowerSample, rng: np.random.Generator) -> Estimate:
    some = fast.select(rng.permutation(fast.n)[: truth.n])
    found = coverage(truth.table, some.table, truth_weight=truth.weight)
    return Estimate(found.expected - found.covered.value, found.covered.error, f"of {truth.n} showers, binomial")


def _known(figure: Callable[[], Estimate]) -> Estimate:
    """Return a figure, undefined where there are too few showers for it."""
    try:
        return figure()
    except DatasetError as problem:
        return undefined(str(problem).partition(":")[0])


def _moments(sample: ShowerSample) -> Floats:
    """Return the sums of w, wx and wxx of ten groups of showers, as matrices of (1, x)."""
    scale = np.abs(sample.table).max(axis=0)
    rows = np.column_stack([np.ones(sample.n), sample.table / np.where(scale > 0, scale, 1.0)])
    groups = [slice(i, None, _GROUPS) for i in range(_GROUPS)]
    return np.array([(rows[g] * sample.weight[g, None]).T @ rows[g] for g in groups])


def _covariance(moments: Floats) -> Floats:
    mean = moments[0, 1:] / moments[0, 0]
    return np.asarray(moments[1:, 1:] / moments[0, 0] - np.outer(mean, mean))


def _varies(moments: Floats) -> Floats:
    return np.asarray(np.diag(_covariance(moments)) > 1e-9)


def _rms_difference(moments: list[Floats], varies: Floats) -> float:
    """Return the root mean square difference over pairs of variables."""
    matrices = []
    for each in moments:
        covariance = _covariance(each)[np.ix_(varies, varies)]
        width = np.sqrt(np.maximum(np.diag(covariance), 1e-12))
        matrices.append(covariance / np.outer(width, width))
    pairs = np.tril_indices(len(matrices[0]), k=-1)
    if not len(pairs[0]):
        return math.nan
    return math.sqrt(float(np.square(matrices[1][pairs] - matrices[0][pairs]).mean()))
