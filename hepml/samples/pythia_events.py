"""Events of Pythia 8 as columns: visible stable particles, without a Python loop over them.

Pythia 8.3: arXiv:2203.11601.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np

from hepml.errors import RecipeError
from hepml.samples.extras import import_generator
from hepml.samples.jet_options import JetSampleOptions

_HADRONIC_W = ("24:onMode = off", "24:onIfAny = 1 2 3 4 5")

PROCESS_SETTINGS: Mapping[str, tuple[str, ...]] = {
    # The Z is invisible, so that the leading jet is the W's.
    "w": ("WeakDoubleBoson:ffbar2ZW = on", *_HADRONIC_W, "23:onMode = off", "23:onIfAny = 12 14 16"),
    "qcd": ("HardQCD:all = on",),
    "top": ("Top:gg2ttbar = on", "Top:qqbar2ttbar = on", *_HADRONIC_W),
}

_PICOBARN_PER_MILLIBARN = 1e9


@dataclass(frozen=True)
class PythiaBatch:
    """Some events.

    Attributes
    ----------
    particles : awkward array, n lists of records
        Visible stable particles: ``px``, ``py``, ``pz``, ``E`` in GeV, ``charge`` in e, ``pdgid``.
    weight : array, shape (n,)
        Pythia's event weight.
    """

    particles: ak.Array
    weight: Any


class PythiaSource:
    """One seeded Pythia, initialised for one process.

    Raises
    ------
    MissingExtraError
        Pythia is not installed.
    RecipeError
        Pythia does not accept the settings.
    """

    def __init__(self, process: str, *, seed: int, options: JetSampleOptions) -> None:
        self._pz_over_pt_max = np.sinh(options.particle_abs_eta_max)
        settings = phase_space(options.sqrt_s_tev, options.pthat_range_gev)
        self._pythia = started_pythia(process, (*settings, *PROCESS_SETTINGS[process]), seed=seed)

    def next_batch(self, n: int) -> PythiaBatch | None:
        """Generate `n` events; those that Pythia itself gives up (well below 1%) are left out, None if all are."""
        events = self._pythia.nextBatch(n)
        if len(events) == 0:  # its records then have no field names
            return None
        stable = events.prt[events.prt.status > 0]
        charge, visible = charge_and_visibility(self._pythia.particleData, stable.id)
        momentum = stable.p
        # |η| < limit, without dividing: Pythia has rare stable particles of zero momentum, which fail.
        central = abs(momentum.pz) < self._pz_over_pt_max * np.hypot(momentum.px, momentum.py)
        columns = {"px": momentum.px, "py": momentum.py, "pz": momentum.pz, "E": momentum.e}
        particles = ak.zip(columns | {"charge": charge, "pdgid": stable.id})
        chosen = ak.to_packed(particles[visible & central])
        # The wheels before 8.317.2 list no weights where all are 1, as they are with these settings.
        weight = ak.fill_none(ak.firsts(events.info.weights), 1.0)
        return PythiaBatch(chosen, ak.to_numpy(weight))

    @property
    def cross_section_pb(self) -> float:
        """Pythia's estimate of the cross-section of what it has generated, in pb."""
        return float(self._pythia.infoPython().sigmaGen()) * _PICOBARN_PER_MILLIBARN


def phase_space(sqrt_s_tev: float, pthat_gev: tuple[float, float]) -> tuple[str, str, str]:
    """Return the settings of the collision's energy and of the range of the hard process's pT."""
    low, high = pthat_gev
    return (
        f"Beams:eCM = {1000 * sqrt_s_tev!r}",
        f"PhaseSpace:pTHatMin = {low!r}",
        f"PhaseSpace:pTHatMax = {high!r}",
    )


def started_pythia(process: str, settings: Sequence[str], *, seed: int) -> Any:
    """Return a seeded Pythia, initialised; the first three settings are those of `phase_space`.

    Raises
    ------
    MissingExtraError
        Pythia is not installed.
    RecipeError
        Pythia does not accept the settings.
    """
    pythia = import_generator("pythia8mc").Pythia("", False)
    common = ("Print:quiet = on", "Random:setSeed = on", f"Random:seed = {seed}")
    accepted = all(pythia.readString(setting) for setting in (*common, *settings))
    if not (accepted and pythia.init()):
        msg = f"Pythia cannot make {process!r} with {'; '.join(settings[:3])}: change these options"
        raise RecipeError(msg)
    return pythia


def charge_and_visibility(particle_data: Any, pdgid: ak.Array) -> tuple[ak.Array, ak.Array]:
    """Return charge in e and visibility of lists of particles, as Pythia's table has them."""
    kinds, kind = np.unique(ak.to_numpy(ak.flatten(pdgid)), return_inverse=True)
    charge = np.array([round(particle_data.charge(int(k))) for k in kinds], dtype=np.int32)
    visible = np.array([particle_data.isVisible(int(k)) for k in kinds], dtype=bool)
    counts = ak.num(pdgid)
    return ak.unflatten(charge[kind], counts), ak.unflatten(visible[kind], counts)
