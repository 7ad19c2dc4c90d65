"""One block of the jet sample: generate, cluster, select, until there are enough jets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import RecipeError
from hepml.samples.blocks import Block
from hepml.samples.jet_clustering import Jets, jets_of, leading_constituents, trim
from hepml.samples.jet_options import JetSampleOptions
from hepml.samples.pythia_events import PythiaBatch, PythiaSource

Columns: TypeAlias = dict[str, NDArray[Any] | ak.Array]

_BATCH = 100  # events in memory at a time: about 30 MB
_HOPELESS = 2000  # events without one accepted jet after which the windows must be wrong
_LOOSE = 0.8  # jets below this share of the pT window cannot enter it by trimming


@dataclass(frozen=True)
class JetBlock:
    """The jets of a block.

    Attributes
    ----------
    columns : mapping of str to array, each with the block's n rows
        As they are written: flat columns, and ``part``, lists of records.
    n_generated, n_passed : int
        Events that were generated, and how many of those passed; the surplus of the last batch is not kept.
    cross_section_pb : float
        Of what was generated.
    """

    columns: Columns
    n_generated: int
    n_passed: int
    cross_section_pb: float

    @property
    def n_events(self) -> int:
        """Number of jets."""
        return len(self.columns["event"])


def make_jet_block(block: Block, *, options: JetSampleOptions) -> JetBlock:
    """Make one block; the result depends on the arguments alone.

    Raises
    ------
    RecipeError
        Pythia does not accept the options, or no jet passes the windows.
    MissingExtraError
        Pythia or FastJet is not installed.
    """
    source = PythiaSource(block.process, seed=block.seed, options=options)
    pieces: list[Columns] = []
    n_generated = n_passed = 0
    while n_passed < block.n:
        # (passed + 1)/(generated + 2) estimates the acceptance; the 10% make a further batch at the end rare.
        wanted = min(_BATCH, 1 + int(1.1 * (block.n - n_passed) * (n_generated + 2) / (n_passed + 1)))
        n_generated += wanted
        batch = source.next_batch(wanted)
        if batch is not None:
            pieces.append(_select(batch, options))
            n_passed += len(pieces[-1]["jet_pt"])
        if n_passed == 0 and n_generated >= _HOPELESS:
            msg = (
                f"no jet of {n_generated} {block.process!r} events has pT in {options.pt_gev} GeV, mass in "
                f"{options.mass_gev or 'any range'} and |η| below {options.jet_abs_eta_max or 'any limit'}: "
                "widen these windows, or set pthat_gev to fit them"
            )
            raise RecipeError(msg)
    columns = {name: _join([piece[name] for piece in pieces])[: block.n] for name in pieces[0]}
    return JetBlock(_keys(block) | columns, n_generated, n_passed, source.cross_section_pb)


def _select(batch: PythiaBatch, options: JetSampleOptions) -> Columns:
    """Return the leading jet of each event that has one inside the windows."""
    constituents, event = leading_constituents(
        batch.particles, radius=options.radius, pt_min_gev=_LOOSE * options.pt_gev[0]
    )
    if options.trim:
        constituents = trim(constituents, radius=options.trim_radius, fraction=options.trim_fraction)
    jets = jets_of(constituents)
    chosen = (jets.pt >= options.pt_gev[0]) & (jets.pt < options.pt_gev[1])
    if options.mass_gev is not None:
        chosen &= (jets.mass >= options.mass_gev[0]) & (jets.mass < options.mass_gev[1])
    if options.jet_abs_eta_max is not None:
        chosen &= np.abs(jets.eta) < options.jet_abs_eta_max
    return _columns(jets[chosen], batch.weight[event[chosen]])


def _columns(jets: Jets, weight: NDArray[np.float64]) -> Columns:
    p = jets.constituents
    pt = np.hypot(p.px, p.py)
    part = {
        "pt": _single(pt),
        "eta": _single(np.arcsinh(p.pz / pt)),
        "phi": _single(np.arctan2(p.py, p.px)),
        "energy": _single(p.E),
        "charge": p.charge,
        "pdgid": p.pdgid,
    }
    return {
        "jet_pt": jets.pt,
        "jet_eta": jets.eta,
        "jet_phi": jets.phi,
        "jet_mass": jets.mass,
        "generator_weight": weight.astype(np.float32),
        "part": ak.zip(part),
    }


def _keys(block: Block) -> Columns:
    return {
        "run": np.full(block.n, block.run, dtype=np.int32),
        "lumi": np.full(block.n, block.index + 1, dtype=np.uint32),
        "event": np.arange(block.first_event, block.first_event + block.n, dtype=np.int64),
    }


def _single(values: ak.Array) -> ak.Array:
    return ak.values_astype(values, np.float32)


def _join(pieces: list[NDArray[Any] | ak.Array]) -> NDArray[Any] | ak.Array:
    return ak.concatenate(pieces) if isinstance(pieces[0], ak.Array) else np.concatenate(pieces)
