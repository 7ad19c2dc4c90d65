"""Finding and trimming the leading jet of many events at once.

FastJet: arXiv:1111.6097; anti-kT: arXiv:0802.1189; trimming: arXiv:0912.1342.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.samples.extras import import_generator

_TINY_GEV = 1e-9


@dataclass(frozen=True)
class Jets:
    """One jet in each of n events.

    Attributes
    ----------
    pt, eta, phi, mass : arrays of float32, shape (n,)
        Of the sum of the constituents, in GeV and rad, φ in (−π, π].
    constituents : awkward array, n lists of records
        ``px``, ``py``, ``pz``, ``E`` and whatever else the particles had.
    """

    pt: NDArray[Any]
    eta: NDArray[Any]
    phi: NDArray[Any]
    mass: NDArray[Any]
    constituents: ak.Array

    def __getitem__(self, chosen: NDArray[Any] | slice) -> Jets:
        """Return some of the jets."""
        return Jets(self.pt[chosen], self.eta[chosen], self.phi[chosen], self.mass[chosen], self.constituents[chosen])


def leading_constituents(particles: ak.Array, *, radius: float, pt_min_gev: float) -> tuple[ak.Array, NDArray[Any]]:
    """Cluster each event with anti-kT and return the constituents of its leading jet.

    Parameters
    ----------
    particles : awkward array, n lists of records
        With ``px``, ``py``, ``pz``, ``E`` in GeV.
    radius : float
        Radius of the jets.
    pt_min_gev : float
        Jets below are not looked at.

    Returns
    -------
    constituents : awkward array, m lists of records
        For the m events that have a jet.
    event : array of int, shape (m,)
        Which events those are.
    """
    fastjet = _quiet_fastjet()
    clusters = fastjet.ClusterSequence(particles, fastjet.JetDefinition(fastjet.antikt_algorithm, radius))
    jets = clusters.inclusive_jets(min_pt=pt_min_gev)
    indices = clusters.constituent_index(min_pt=pt_min_gev)
    event = np.flatnonzero(ak.to_numpy(ak.num(jets)))
    leading = ak.argmax(np.hypot(jets.px, jets.py)[event], axis=1)
    index = indices[event][np.arange(len(event)), ak.to_numpy(ak.drop_none(leading))]
    return particles[event][index], event


def hard_constituents(
    particles: ak.Array, *, radius: float, pt_min_gev: float, most: int
) -> tuple[ak.Array, NDArray[Any]]:
    """Cluster each event with anti-kT and return the constituents of its jets of highest pT.

    Parameters
    ----------
    particles, radius, pt_min_gev
        As for `leading_constituents`.
    most : int
        Jets of an event, at most.

    Returns
    -------
    constituents : awkward array, m lists of records
        Of all m jets, event by event, by falling pT.
    event : array of int, shape (m,)
        Which event each is from.
    """
    fastjet = _quiet_fastjet()
    clusters = fastjet.ClusterSequence(particles, fastjet.JetDefinition(fastjet.antikt_algorithm, radius))
    jets = clusters.inclusive_jets(min_pt=pt_min_gev)
    order = ak.argsort(np.hypot(jets.px, jets.py), axis=1, ascending=False, stable=True)[:, :most]
    event = np.repeat(np.arange(len(particles)), ak.to_numpy(ak.num(order)))
    indices = ak.flatten(clusters.constituent_index(min_pt=pt_min_gev)[order], axis=1)
    return particles[event][indices], event


def trim(constituents: ak.Array, *, radius: float, fraction: float) -> ak.Array:
    """Drop the constituents of all kT subjets of `radius` with less than `fraction` of the jet's pT."""
    fastjet = _quiet_fastjet()
    clusters = fastjet.ClusterSequence(constituents, fastjet.JetDefinition(fastjet.kt_algorithm, radius))
    subjets = clusters.inclusive_jets(min_pt=0)
    jet_pt = np.hypot(ak.sum(constituents.px, axis=1), ak.sum(constituents.py, axis=1))
    kept = np.hypot(subjets.px, subjets.py) >= fraction * jet_pt
    return constituents[ak.flatten(clusters.constituent_index(min_pt=0)[kept], axis=2)]


def jets_of(constituents: ak.Array) -> Jets:
    """Sum the constituents of each jet, and order them by falling pT; a jet without constituents has pT 0.

    The sums are float64 inside and float32 in the result, which is what files hold and windows are applied to.
    """
    px, py, pz, energy = (ak.to_numpy(ak.sum(constituents[name], axis=1)) for name in ("px", "py", "pz", "E"))
    pt = np.hypot(px, py)
    mass = np.sqrt(np.maximum(energy**2 - pt**2 - pz**2, 0.0))
    order = ak.argsort(np.hypot(constituents.px, constituents.py), axis=1, ascending=False, stable=True)
    eta = np.arcsinh(pz / np.maximum(pt, _TINY_GEV))
    pt, eta, phi, mass = (value.astype(np.float32) for value in (pt, eta, np.arctan2(py, px), mass))
    return Jets(pt, eta, phi, mass, constituents[order])


def _quiet_fastjet() -> Any:
    fastjet = import_generator("fastjet")
    fastjet._swig.ClusterSequence.set_fastjet_banner_stream(None)  # its references stand in this file
    return fastjet
