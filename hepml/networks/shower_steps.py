"""The energies of a shower as numbers that a network can draw one after the other, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_GAP, _WIDTH = 0.05, 0.2  # of the standard deviation: where empty layers begin, and how far they spread


@dataclass(frozen=True)
class EnergySteps:
    """Constants of the steps; all of shape (n_layers,).

    The first step is the logarithm of what is seen over the true energy; step i then says how the energy that is left
    is split between layer i − 1 and those behind it: the logarithm of the ratio of the two (stick breaking).  So the
    total is right where the first step is, whatever the layers are.  Where one side of a split is empty, its step
    lies beyond all others: in a strip of its own below `low` or above `high`.

    Attributes
    ----------
    low, high : array of float64
        Least and largest step where both sides have energy.
    offset, scale : array of float64
        Mean and standard deviation of these.
    """

    low: Floats
    high: Floats
    offset: Floats
    scale: Floats

    def of_layers(self, true_gev: Floats, layers_gev: Floats, rng: np.random.Generator | None = None) -> Floats:
        """Return standardised steps, shape (n, n_layers).

        Parameters
        ----------
        true_gev, layers_gev : array of float64, shape (n,) and (n, n_layers)
            True energies and what is seen in each layer.
        rng : numpy.random.Generator, optional
            Spreads what is empty over its strip, so that its density is finite; None: the strip's middle.
        """
        steps = raw_steps(true_gev, layers_gev)
        spread = np.full(steps.shape, 0.5) if rng is None else rng.random(steps.shape)
        beyond = (_GAP + _WIDTH * spread) * self.scale
        steps = np.where(np.isneginf(steps), self.low - beyond, steps)
        steps = np.where(np.isposinf(steps), self.high + beyond, steps)
        steps = np.where(np.isnan(steps), self.offset, steps)  # nothing is left to split
        return np.asarray((steps - self.offset) / self.scale)

    def to_layers(self, true_gev: Floats, steps: Floats) -> Floats:
        """Return the energies of layers, shape (n, n_layers), of standardised steps: the inverse of `of_layers`."""
        raw = steps * self.scale + self.offset
        half_gap = 0.5 * _GAP * self.scale
        raw = np.where(raw < self.low - half_gap, -np.inf, raw)
        raw[:, 0] = np.minimum(raw[:, 0], self.high[0] + _WIDTH * self.scale[0])
        raw[:, 1:] = np.where(raw[:, 1:] > (self.high + half_gap)[1:], np.inf, raw[:, 1:])
        left = np.exp(raw[:, 0]) * true_gev
        layers = []
        for step in raw[:, 1:].T:
            with np.errstate(over="ignore"):
                layers.append(left / (1 + np.exp(-step)))
            left = left - layers[-1]
        return np.stack([*layers, left], axis=1)


def fit_steps(true_gev: Floats, layers_gev: Floats) -> EnergySteps:
    """Return the constants of a sample.

    Examples
    --------
    Half of the true energy is seen, and all of it but a fifth in the first layer:

    >>> layers = np.array([[4.0, 1.0], [1.0, 0.0]])
    >>> steps = fit_steps(np.array([10.0, 2.0]), layers)
    >>> steps.to_layers(np.array([10.0, 2.0]), steps.of_layers(np.array([10.0, 2.0]), layers)).round(6).tolist()
    [[4.0, 1.0], [1.0, 0.0]]
    """
    raw = raw_steps(true_gev, layers_gev)
    known = [column[np.isfinite(column)] for column in raw.T]
    known = [column if len(column) else np.zeros(1) for column in known]
    low, high, offset, spread = (np.array([of(column) for column in known]) for of in (np.min, np.max, np.mean, np.std))
    return EnergySteps(low, high, offset, np.where(spread > 1e-6, spread, 1.0))


def raw_steps(true_gev: Floats, layers_gev: Floats) -> Floats:
    """Return the steps before they are standardised: ±∞ where one side is empty, NaN where both are."""
    left = layers_gev.sum(axis=1)
    steps = []
    with np.errstate(divide="ignore", invalid="ignore"):
        steps.append(np.log(left / true_gev))
        for layer in layers_gev.T[:-1]:
            behind = left - layer
            behind = np.where(behind > 1e-9 * left, behind, 0.0)  # what rounding leaves is nothing
            steps.append(np.log(layer) - np.log(behind))
            left = behind
    return np.stack(steps, axis=1)
