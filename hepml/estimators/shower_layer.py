"""One layer of a shower by itself: how its energy is distributed at each true energy, and its cells, unrelated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DEGREE = 2
_MEAN_OF_LOG_CHI2 = -1.2704  # of one degree of freedom: squared residuals have this logarithm on average, times σ²
_LEAST = 1e-12


@dataclass(frozen=True)
class EnergyFit:
    """A log-normal energy over the true energy, whose logarithm is x: polynomials of x, lowest power first.

    Attributes
    ----------
    mean, log_variance : array of float64, shape (3,)
        Of the mean of the logarithm of the energy, and of the logarithm of its variance.
    """

    mean: Floats
    log_variance: Floats

    def draw(self, x: Floats, rng: np.random.Generator) -> Floats:
        """Return energies over the true energy, shape (n,)."""
        width = np.exp(0.5 * np.polynomial.polynomial.polyval(x, self.log_variance))
        return np.exp(np.polynomial.polynomial.polyval(x, self.mean) + width * rng.standard_normal(len(x)))


@dataclass(frozen=True)
class LayerFit:
    """What was fitted of one layer; x is the logarithm of the true energy.

    Attributes
    ----------
    energy : EnergyFit
        Of the layer, where it has any.
    edges : array of float64, shape (k − 1,)
        Inner edges of k bins of x.
    filled : array of float64, shape (k,)
        Share of showers with energy in the layer.
    on : array of float64, shape (k, n_cells)
        Share of those that have energy in each cell.
    log_share, log_spread : array of float64, shape (k, n_cells)
        Mean and standard deviation of the logarithm of a cell's share of the layer, where it has energy.
    """

    energy: EnergyFit
    edges: Floats
    filled: Floats
    on: Floats
    log_share: Floats
    log_spread: Floats

    def draw(self, x: Floats, rng: np.random.Generator) -> Floats:
        """Return the energies of cells over the true energy, shape (n, n_cells): every cell by itself."""
        place = np.searchsorted(self.edges, x, side="right")
        energy = self.energy.draw(x, rng) * (rng.random(len(x)) < self.filled[place])
        shape = (len(x), self.on.shape[1])
        share = np.exp(self.log_share[place] + self.log_spread[place] * rng.standard_normal(shape))
        share *= rng.random(shape) < self.on[place]
        none = share.sum(axis=1) == 0
        share[none, self.on.argmax(axis=1)[place[none]]] = 1.0  # all of it into the likeliest cell
        return share * (energy / share.sum(axis=1))[:, None]


def fit_layer(x: Floats, cells: Floats, *, n_bins: int) -> LayerFit:
    """Fit one layer.

    Parameters
    ----------
    x : array of float64, shape (n,)
        Logarithm of the true energy.
    cells : array of float64, shape (n, n_cells)
        Energies over the true energy.
    n_bins : int
        Bins of x, of equal population, in which cells are averaged.
    """
    energy = cells.sum(axis=1)
    filled = energy > 0
    edges = np.unique(np.quantile(x, np.arange(1, n_bins) / n_bins))
    edges = edges[edges > x.min()]  # all may be of one energy
    place = np.searchsorted(edges, x, side="right")
    share = np.divide(cells, energy[:, None], out=np.zeros_like(cells), where=filled[:, None])
    on = share > 0
    log_share = np.log(np.where(on, share, 1.0))
    in_bin = [(place == index) & filled for index in range(len(edges) + 1)]
    counts = np.array([on[rows].sum(axis=0) for rows in in_bin])
    some = np.maximum(counts, 1)
    means = np.array([log_share[rows].sum(axis=0) for rows in in_bin]) / some
    squares = np.array([np.square(log_share[rows]).sum(axis=0) for rows in in_bin]) / some
    energies = fit_energy(x[filled], energy[filled])
    return LayerFit(
        energies,
        edges,
        np.array([rows.sum() for rows in in_bin]) / np.maximum(np.bincount(place, minlength=len(in_bin)), 1),
        counts / np.maximum([[rows.sum()] for rows in in_bin], 1),
        means,
        np.sqrt(np.maximum(squares - means**2, 0.0)),
    )


def fit_energy(x: Floats, energy: Floats) -> EnergyFit:
    """Fit energies over the true energy, all above 0, shape (n,)."""
    degree = min(_DEGREE, len(np.unique(x)) - 1)
    if degree < 0:
        return EnergyFit(np.zeros(1), np.zeros(1))
    y = np.log(energy)
    mean = np.polynomial.Polynomial.fit(x, y, degree).convert()
    squares = np.maximum(np.square(y - mean(x)), _LEAST)
    spread = np.polynomial.Polynomial.fit(x, np.log(squares) - _MEAN_OF_LOG_CHI2, degree).convert()
    return EnergyFit(np.asarray(mean.coef, np.float64), np.asarray(spread.coef, np.float64))
