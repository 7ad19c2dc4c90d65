"""Events with b, c or light quarks and gluons from Pythia 8, with the vertices that particles come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.samples.flavour_options import FlavourSampleOptions
from hepml.samples.heavy_hadrons import origins, weakly_decaying
from hepml.samples.pythia_events import charge_and_visibility, phase_space, started_pythia

FLAVOUR_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "b": ("HardQCD:gg2bbbar = on", "HardQCD:qqbar2bbbar = on"),
    "c": ("HardQCD:gg2ccbar = on", "HardQCD:qqbar2ccbar = on"),
    "light": (
        "HardQCD:gg2gg = on",
        "HardQCD:gg2qqbar = on",
        "HardQCD:qg2qg = on",
        "HardQCD:qq2qq = on",
        "HardQCD:qqbar2gg = on",
        "HardQCD:qqbar2qqbarNew = on",
    ),
}

_PTHAT_BELOW, _PTHAT_ABOVE = 0.75, 1.3  # of the window of jets: these lose energy, and win it
_BIAS_POWER = 4.5  # cross-sections fall as pT^-4.5 over d log pT: about as many events in each bin of log pT
_FAR_MM = 3000.0
_HADRON = ("pt", "eta", "phi", "quark", "lxy_mm")


@dataclass(frozen=True)
class FlavourBatch:
    """Some events.

    Attributes
    ----------
    particles : awkward array, n lists of records
        Visible stable particles: ``px``, ``py``, ``pz``, ``E`` in GeV, ``charge`` in e, ``x``, ``y``, ``z`` in mm where
        each was produced, and ``origin``, the code of `origins` (of charged particles; 0 of others).
    hadrons : awkward array, n lists of records
        Hadrons with b and c quarks that decay weakly: ``pt``, ``eta``, ``phi``, ``quark`` (5 or 4), and the transverse
        distance to where they decay, ``lxy_mm``.
    number : array of int, shape (n,)
        Of each event, from 1.
    """

    particles: ak.Array
    hadrons: ak.Array
    number: NDArray[np.int64]


class FlavourSource:
    """One seeded Pythia, initialised for one flavour.

    Events are drawn with weights that make spectra of log pT flat, roughly; the weights are not kept.

    Raises
    ------
    MissingExtraError
        Pythia is not installed.
    RecipeError
        Pythia does not accept the settings.
    """

    def __init__(self, flavour: str, *, seed: int, options: FlavourSampleOptions) -> None:
        low, high = options.pt_gev
        settings = (
            *phase_space(options.sqrt_s_tev, (_PTHAT_BELOW * low, _PTHAT_ABOVE * high)),
            "PhaseSpace:bias2Selection = on",
            f"PhaseSpace:bias2SelectionPow = {_BIAS_POWER}",
            f"PhaseSpace:bias2SelectionRef = {low!r}",
            # What decays beyond is stable: it reaches the calorimeter whole, and leaves no track.
            "ParticleDecays:limitCylinder = on",
            f"ParticleDecays:xyMax = {options.decay_radius_mm!r}",
            f"ParticleDecays:zMax = {_FAR_MM!r}",
            f"PartonLevel:MPI = {'on' if options.underlying_event else 'off'}",
            *FLAVOUR_SETTINGS[flavour],
        )
        self._pythia = started_pythia(flavour, settings, seed=seed)
        self._pz_over_pt_max = np.sinh(options.particle_abs_eta_max)
        self._n_generated = 0

    def next_batch(self, n: int) -> FlavourBatch | None:
        """Generate `n` events; those that Pythia itself gives up are left out, None if all are."""
        events = self._pythia.nextBatch(n)
        number = self._n_generated + np.arange(1, len(events) + 1)
        self._n_generated += n
        if len(events) == 0:  # its records then have no field names
            return None
        counts = ak.to_numpy(ak.num(events.prt))
        records = ak.flatten(events.prt)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        particles = self._particles(records, first, counts)
        return FlavourBatch(particles, _hadrons(records, first, counts), number)

    def _particles(self, records: ak.Array, first: NDArray[np.int64], counts: NDArray[np.int64]) -> ak.Array:
        pdgid, momentum = records.id, records.p
        charge, visible = (
            ak.to_numpy(ak.flatten(each))
            for each in charge_and_visibility(self._pythia.particleData, ak.unflatten(pdgid, counts))
        )
        # |η| < limit, without dividing: Pythia has rare stable particles of zero momentum, which fail.
        central = abs(momentum.pz) < self._pz_over_pt_max * np.hypot(momentum.px, momentum.py)
        chosen = np.flatnonzero(ak.to_numpy((records.status > 0) & central) & visible)
        origin = np.zeros(len(chosen), np.int64)
        charged = charge[chosen] != 0
        origin[charged] = origins(chosen[charged], _whole(pdgid), _whole(records.mother1), first)
        made = {axis: ak.to_numpy(ak.fill_none(records.vProd[f"p{axis}"][chosen], 0.0)) for axis in "xyz"}
        p = {
            name: momentum[field][chosen]
            for name, field in zip(("px", "py", "pz", "E"), ("px", "py", "pz", "e"), strict=True)
        }
        columns = ak.zip({**p, **made, "charge": charge[chosen], "origin": origin})
        return ak.unflatten(columns, _per_event(chosen, counts))


def _hadrons(records: ak.Array, first: NDArray[np.int64], counts: NDArray[np.int64]) -> ak.Array:
    daughter1, daughter2 = _whole(records.daughter1), _whole(records.daughter2)
    quark = weakly_decaying(_whole(records.id), daughter1, daughter2, first)
    chosen = np.flatnonzero(quark)
    px, py, pz = (ak.to_numpy(records.p[axis][chosen]) for axis in ("px", "py", "pz"))
    pt = np.hypot(px, py)
    end = (first + daughter1)[chosen]
    x, y = (ak.to_numpy(ak.fill_none(records.vProd[axis][end], 0.0)) for axis in ("px", "py"))
    with np.errstate(divide="ignore"):  # none has pT 0 but in principle
        eta = np.arcsinh(pz / pt)
    columns = (pt, eta, np.arctan2(py, px), quark[chosen], np.hypot(x, y))
    return ak.unflatten(ak.zip(dict(zip(_HADRON, columns, strict=True))), _per_event(chosen, counts))


def _per_event(chosen: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many of the chosen places of all events are in each."""
    return np.diff(np.searchsorted(chosen, np.concatenate([[0], np.cumsum(counts)])))


def _whole(values: ak.Array) -> NDArray[np.int64]:
    return ak.to_numpy(values).astype(np.int64)
