"""One block of the flavour sample: generate, cluster, label, measure, until each bin of pT has its jets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import RecipeError
from hepml.samples.blocks import Block, share
from hepml.samples.flavour_events import FlavourBatch, FlavourSource
from hepml.samples.flavour_options import FLAVOUR_CODES, FlavourSampleOptions
from hepml.samples.flavour_tracks import measured_tracks
from hepml.samples.jet_clustering import Jets, hard_constituents, jets_of

Columns: TypeAlias = dict[str, NDArray[Any] | ak.Array]

_BATCH = 200  # events in memory at a time
_HOPELESS = 20_000  # events after which a bin that is still empty stays so
_MOST = 2  # jets of an event: those of the hard process


@dataclass(frozen=True)
class FlavourBlock:
    """The jets of a block, as they are written, and how many events were generated."""

    columns: Columns
    n_generated: int

    @property
    def n_events(self) -> int:
        """Number of jets."""
        return len(self.columns["event"])


def make_flavour_block(block: Block, *, options: FlavourSampleOptions) -> FlavourBlock:
    """Make one block; the result depends on the arguments alone.

    Raises
    ------
    RecipeError
        Pythia does not accept the options, or no jet falls into a bin of pT.
    MissingExtraError
        Pythia or FastJet is not installed.
    """
    source = FlavourSource(block.process, seed=block.seed, options=options)
    rng = np.random.default_rng([block.seed, block.run])
    edges = np.geomspace(*options.pt_gev, options.pt_bins + 1)
    wanted = np.array(share(block.n, options.pt_bins))
    room, pieces, n_generated = wanted.copy(), list[Columns](), 0
    while room.any():
        batch = source.next_batch(_BATCH)
        n_generated += _BATCH
        if batch is not None:
            pieces.append(_fitting(_jets_of_flavour(batch, block.process, options, rng), edges, room))
        if n_generated >= _HOPELESS:
            _refuse_empty(room, wanted, block, options, n_generated)
    columns = {name: _join([piece[name] for piece in pieces]) for name in pieces[0]}
    run, lumi = np.full(block.n, block.run, dtype=np.int32), np.full(block.n, block.index + 1, dtype=np.uint32)
    return FlavourBlock({"run": run, "lumi": lumi} | columns, n_generated)


def _refuse_empty(
    room: NDArray[np.int64],
    wanted: NDArray[np.int64],
    block: Block,
    options: FlavourSampleOptions,
    n_generated: int,
) -> None:
    """Raise a RecipeError if there is a bin into which no jet has fallen."""
    if (room == wanted)[wanted > 0].any():
        msg = (
            f"no {block.process} jet of {n_generated} events has fallen into one of {options.pt_bins} bins of pT in "
            f"{options.pt_gev} GeV: widen the window, or take fewer bins"
        )
        raise RecipeError(msg)


def _jets_of_flavour(
    batch: FlavourBatch, flavour: str, options: FlavourSampleOptions, rng: np.random.Generator
) -> Columns:
    """Return the jets inside the windows that have the flavour, with measured tracks."""
    low, high = options.pt_gev
    constituents, event = hard_constituents(batch.particles, radius=options.radius, pt_min_gev=0.9 * low, most=_MOST)
    jets = jets_of(constituents)
    inside = np.asarray((jets.pt >= low) & (jets.pt < high) & (np.abs(jets.eta) < options.jet_abs_eta_max))
    jets, event = jets[inside], event[inside]
    code, hadron_pt, hadron_lxy = jet_flavour(jets, batch.hadrons[event], options)
    chosen = np.equal(code, FLAVOUR_CODES[flavour])  # type: ignore[index]
    jets, event = jets[chosen], event[chosen]
    vertex = rng.normal(size=(len(batch.number), 3)) * np.array(options.vertex_resolution_um)[[0, 0, 1]] / 1000
    return {
        "event": batch.number[event],
        "jet_pt": jets.pt,
        "jet_eta": jets.eta,
        "jet_phi": jets.phi,
        "jet_mass": jets.mass,
        "flavour": code[chosen].astype(np.int32),
        "hadron_pt": hadron_pt[chosen].astype(np.float32),
        "hadron_lxy": hadron_lxy[chosen].astype(np.float32),
        "generator_weight": np.ones(len(event), np.float32),
        "track": measured_tracks(jets.constituents, vertex[event], options, rng),
    }


def jet_flavour(
    jets: Jets, hadrons: ak.Array, options: FlavourSampleOptions
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return code, pT and flight length of the hadron that names each jet; code −1 where it has no clear flavour.

    A b jet has one b hadron in it that decays weakly, a c jet no b hadron and one c hadron, of enough pT and near the
    axis.  A light jet has neither inside its radius, of any pT.  Two of a kind, as from g → bb̄, are no clear flavour.

    Parameters
    ----------
    jets : Jets
        n jets.
    hadrons : awkward array, n lists of records
        As in `FlavourBatch`, of the event of each jet.
    options : FlavourSampleOptions
        Gives the limits.
    """
    delta_phi = np.mod(hadrons.phi - jets.phi + np.pi, 2 * np.pi) - np.pi
    delta_r = np.hypot(hadrons.eta - jets.eta, delta_phi)
    inside = delta_r < options.radius
    naming = (hadrons.pt >= options.hadron_pt_gev) & (delta_r < options.hadron_delta_r)
    n_b, n_c = (ak.to_numpy(ak.sum(inside & (hadrons.quark == quark), axis=1)) for quark in (5, 4))
    heaviest = np.where(n_b > 0, 5, 4)
    named = hadrons[naming & (hadrons.quark == heaviest)]
    is_heavy = (np.where(n_b > 0, n_b, n_c) == 1) & (ak.to_numpy(ak.num(named)) == 1)
    code = np.where(is_heavy, heaviest, np.where(n_b + n_c == 0, 0, -1))
    pt, lxy = (ak.to_numpy(ak.fill_none(ak.firsts(named[name]), 0.0)) for name in ("pt", "lxy_mm"))
    return code, np.where(is_heavy, pt, 0.0), np.where(is_heavy, lxy, 0.0)


def _fitting(jets: Columns, edges: NDArray[np.float64], room: NDArray[np.int64]) -> Columns:
    """Return the first jets that there is room for in each bin of pT, and take it from `room`."""
    pt = np.asarray(jets["jet_pt"], np.float64)
    where = np.clip(np.searchsorted(edges, pt, side="right") - 1, 0, len(room) - 1)
    order = np.argsort(where, kind="stable")
    starts = np.searchsorted(where[order], np.arange(len(room)))
    place = np.empty(len(pt), np.int64)
    place[order] = np.arange(len(pt)) - starts[where[order]]
    chosen = place < room[where]
    room -= np.bincount(where[chosen], minlength=len(room))
    return {name: values[chosen] for name, values in jets.items()}


def _join(pieces: list[NDArray[Any] | ak.Array]) -> NDArray[Any] | ak.Array:
    return ak.concatenate(pieces) if isinstance(pieces[0], ak.Array) else np.concatenate(pieces)
