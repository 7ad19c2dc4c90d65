"""One block of the neutrino sample: interactions, their particles, energy in cells, hits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.samples.blocks import Block
from hepml.samples.cosmic_muons import draw_cosmic_muons
from hepml.samples.event_deposits import deposit_energy
from hepml.samples.final_state import FinalStates, make_final_states
from hepml.samples.hadron_production import NEUTRON, PI_PLUS, PI_ZERO, PROTON
from hepml.samples.neutrino_detector import Detector, Volume, build_detector
from hepml.samples.neutrino_kinematics import Interactions, draw_interactions
from hepml.samples.neutrino_options import LOWEST_NUTAU_GEV, NeutrinoSampleOptions
from hepml.samples.neutrino_readout import read_out
from hepml.samples.tau_decay import ELECTRON_GEV, MUON_GEV, TAU_GEV

Columns: TypeAlias = dict[str, NDArray[Any] | ak.Array]

EVENTS_PER_BLOCK = 200
"""Part of what fixes the events: changing it changes every sample.  A fraction of a second of one core."""


@dataclass(frozen=True)
class _Kind:
    """What a process is: its codes, and what leaves the interaction."""

    flavour: int
    neutrino_pdg: int
    lepton_pdg: int
    lepton_mass_gev: float
    first_interaction: int


# Codes of interactions as in dune_cvn files: 3 places for QE, RES, DIS of each flavour and one for the rest; 13 is NC.
_KINDS = {
    "nc": _Kind(0, 14, 14, 0.0, 13),
    "numu": _Kind(1, 14, 13, MUON_GEV, 0),
    "nue": _Kind(2, 12, 11, ELECTRON_GEV, 4),
    "nutau": _Kind(3, 16, 15, TAU_GEV, 8),
}
COSMIC_FLAVOUR, COSMIC_INTERACTION, COSMIC_MODE = 4, 14, -1

# Where interactions are, in shares of the size: around the middle across the beam, and towards the front along it.
_ACROSS = 0.35
_ALONG = (0.05, 0.45)


@dataclass(frozen=True)
class NeutrinoBlock:
    """The events of a block: ``columns``, each with the block's n rows, as they are written."""

    columns: Columns

    @property
    def n_events(self) -> int:
        """Number of events."""
        return len(self.columns["event"])


def make_neutrino_block(block: Block, *, options: NeutrinoSampleOptions) -> NeutrinoBlock:
    """Make one block; the result depends on the arguments alone, and fewer events are the first of more."""
    detector = build_detector(options)
    of_truth, of_particles, of_transport, of_readout = np.random.default_rng(block.seed).spawn(4)
    if block.process == "cosmic":
        truth, states, vertex = _cosmic(block.n, options, detector.volume, of_truth)
    else:
        truth, states, vertex = _interacting(block, options, detector.volume, of_truth, of_particles)
    columns = _keys(block) | truth | _vertex_columns(vertex) | _counts(states)
    return NeutrinoBlock(columns | _detected(detector, states, vertex, of_transport, of_readout) | _particles(states))


def _detected(
    detector: Detector,
    states: FinalStates,
    vertex: NDArray[np.float64],
    of_transport: np.random.Generator,
    of_readout: np.random.Generator,
) -> Columns:
    deposits = deposit_energy(detector, states, vertex, rng=of_transport)
    visible = (deposits.visible / 1000).astype(np.float32)
    return {"visible_energy": visible, "hit": read_out(detector, deposits, of_readout)}


def _interacting(
    block: Block,
    options: NeutrinoSampleOptions,
    volume: Volume,
    of_truth: np.random.Generator,
    of_particles: np.random.Generator,
) -> tuple[Columns, FinalStates, NDArray[np.float64]]:
    """Draw a whole block, of which the first n are used: the same ones in a larger sample."""
    kind = _KINDS[block.process]
    low, high = options.energy_gev
    if block.process == "nutau":
        low = max(low, LOWEST_NUTAU_GEV)
    energy = of_truth.uniform(low, high, size=EVENTS_PER_BLOCK)
    anti = of_truth.random(EVENTS_PER_BLOCK) < options.antineutrino_fraction
    size = np.array([2 * volume.x_half_cm, 2 * volume.y_half_cm, volume.z_cm])
    share = of_truth.uniform([-_ACROSS, -_ACROSS, _ALONG[0]], [_ACROSS, _ACROSS, _ALONG[1]], (EVENTS_PER_BLOCK, 3))
    interactions = draw_interactions(energy, lepton_mass=kind.lepton_mass_gev, anti=anti, rng=of_truth)
    sign = np.where(anti, -1, 1)
    states = make_final_states(
        interactions,
        lepton_pdg=sign * kind.lepton_pdg,
        charged=block.process != "nc",
        anti=anti,
        n_events=block.n,
        rng=of_particles,
    )
    truth = _truth(kind, interactions, sign)
    return {name: column[: block.n] for name, column in truth.items()}, states, (share * size)[: block.n]


def _truth(kind: _Kind, interactions: Interactions, sign: NDArray[Any]) -> dict[str, NDArray[Any]]:
    n = len(sign)
    code = np.full(n, kind.first_interaction) + (interactions.mode if kind.flavour else 0)
    return {
        "flavour": np.full(n, kind.flavour, dtype=np.int32),
        "nu_pdg": (sign * kind.neutrino_pdg).astype(np.int32),
        "interaction": code.astype(np.int32),
        "mode": interactions.mode.astype(np.int32),
        "nu_energy": interactions.energy.astype(np.float32),
        "lep_energy": interactions.lepton[:, 3].astype(np.float32),
        "inelasticity": interactions.y.astype(np.float32),
        "q2": interactions.q2.astype(np.float32),
        "w": interactions.w.astype(np.float32),
    }


def _cosmic(
    n: int, options: NeutrinoSampleOptions, volume: Volume, rng: np.random.Generator
) -> tuple[Columns, FinalStates, NDArray[np.float64]]:
    muons = draw_cosmic_muons(EVENTS_PER_BLOCK, energy_gev=options.energy_gev, volume=volume, rng=rng)
    pdg = np.where(rng.random(EVENTS_PER_BLOCK) < 0.56, -13, 13)[:n]  # μ⁺/μ⁻ = 1.27
    codes = {"flavour": COSMIC_FLAVOUR, "nu_pdg": 0, "interaction": COSMIC_INTERACTION, "mode": COSMIC_MODE}
    truth: Columns = {name: np.full(n, code, dtype=np.int32) for name, code in codes.items()}
    truth |= {name: np.zeros(n, dtype=np.float32) for name in ("nu_energy", "lep_energy", "inelasticity", "q2", "w")}
    truth["lep_energy"] = muons.p4[:n, 3].astype(np.float32)
    states = FinalStates(np.ones(n, np.int64), pdg, muons.p4[:n], np.full(n, -1))
    return truth, states, muons.entry_cm[:n]


def _counts(states: FinalStates) -> Columns:
    """Count the hadrons of the interaction itself, not what a τ or π⁰ decays into."""
    event = np.repeat(np.arange(len(states.count)), states.count)
    kinds = {"n_proton": PROTON, "n_pion": PI_PLUS, "n_pizero": PI_ZERO, "n_neutron": NEUTRON}
    first_hand = states.mother < 0
    return {
        name: np.bincount(event[first_hand & (np.abs(states.pdg) == pdg)], minlength=len(states.count)).astype(np.int32)
        for name, pdg in kinds.items()
    }


def _particles(states: FinalStates) -> Columns:
    fields = {"pdg": states.pdg.astype(np.int32), "mother": states.mother.astype(np.int16)}
    fields |= {name: states.p4[:, i].astype(np.float32) for i, name in enumerate(("px", "py", "pz", "energy"))}
    return {"particle": ak.unflatten(ak.zip(fields), states.count)}


def _vertex_columns(vertex: NDArray[np.float64]) -> Columns:
    return {f"vertex_{axis}_cm": vertex[:, i].astype(np.float32) for i, axis in enumerate("xyz")}


def _keys(block: Block) -> Columns:
    return {
        "run": np.full(block.n, block.run, dtype=np.int32),
        "lumi": np.full(block.n, block.index + 1, dtype=np.uint32),
        "event": np.arange(block.first_event, block.first_event + block.n, dtype=np.int64),
        "generator_weight": np.ones(block.n, dtype=np.float32),
    }
