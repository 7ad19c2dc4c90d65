"""Toy jets in the layout of the built-in jet sample, made in milliseconds by NumPy alone.

``w`` has two prongs of invariant mass 80 GeV, ``top`` three and ``qcd`` one with a soft branch.  Good enough to be told
apart (AUC near 0.9 by mass and multiplicity), honest about nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot
from numpy.typing import NDArray

PROCESSES = ("w", "qcd", "top")
JET_PT_RANGE_GEV = (250.0, 300.0)
PION_MASS_GEV = 0.13957


def toy_particles(n: int, *, seed: int, kind: str = "w", mean_multiplicity: float = 56.0) -> ak.Array:
    """Return the particles of n jets: jagged ``pt, eta, phi, energy`` (float32) and ``charge, pdgid`` (int32).

    Each field is a list per jet; jets point anywhere in φ, so some straddle ±π.
    """
    rng = np.random.default_rng([seed, PROCESSES.index(kind)])
    fraction, d_eta, d_phi = _prongs(n, kind, rng)
    counts = 4 + rng.poisson(mean_multiplicity - 4, size=n)
    jet = np.repeat(np.arange(n), counts)
    prong = (
        rng.random(len(jet))[:, None] > np.cumsum(np.sqrt(fraction), axis=1)[jet] / _rows(np.sqrt(fraction), jet)
    ).sum(axis=1)
    share = rng.exponential(size=len(jet)) ** 2
    in_prong = np.zeros((n, fraction.shape[1]))
    np.add.at(in_prong, (jet, prong), share)
    pt = rng.uniform(*JET_PT_RANGE_GEV, size=n)[jet] * fraction[jet, prong] * share / in_prong[jet, prong]
    spread = rng.gamma(1.0, (0.09 if kind == "qcd" else 0.05) * (1 + 1 / np.sqrt(1 + pt)))
    turn = rng.uniform(-np.pi, np.pi, size=len(jet))
    eta = rng.uniform(-2, 2, size=n)[jet] + d_eta[jet, prong] + spread * np.cos(turn)
    phi = _wrap(rng.uniform(-np.pi, np.pi, size=n)[jet] + d_phi[jet, prong] + spread * np.sin(turn))
    pdgid = rng.choice(np.array([211, -211, 22, 130], dtype=np.int32), p=[0.3, 0.3, 0.32, 0.08], size=len(jet))
    return _jagged(counts, pt, eta, phi, pdgid)


def write_toy_jets(
    path: str | Path,
    n: int,
    *,
    seed: int,
    kind: str = "w",
    tree: str = "Events",
    negative_fraction: float = 0.0,
    nan_fraction: float = 0.0,
    first_event: int = 0,
    mean_multiplicity: float = 56.0,
) -> Path:
    """Write n toy jets as a TTree in the layout of ``hepml sample jets`` and return the path.

    `negative_fraction` of the rows get a weight of −1 in place of +1; in `nan_fraction` of the rows the first
    particle's pT is NaN (the jet's own columns stay finite).  Every kind has its own run number, so that
    keys differ between files.
    """
    columns = toy_columns(
        n,
        seed=seed,
        kind=kind,
        negative_fraction=negative_fraction,
        nan_fraction=nan_fraction,
        first_event=first_event,
        mean_multiplicity=mean_multiplicity,
    )
    types = {name: ak.type(values).content for name, values in columns.items()}
    with uproot.recreate(path) as file:
        file.mktree(tree, types).extend(columns)
    return Path(path)


def toy_columns(
    n: int,
    *,
    seed: int,
    kind: str = "w",
    negative_fraction: float = 0.0,
    nan_fraction: float = 0.0,
    first_event: int = 0,
    mean_multiplicity: float = 56.0,
) -> dict[str, ak.Array]:
    """Return what `write_toy_jets` writes; ``part`` is one jagged record, written as ``npart, part_pt, …``."""
    rng = np.random.default_rng([seed, PROCESSES.index(kind), 1])
    particles = toy_particles(n, seed=seed, kind=kind, mean_multiplicity=mean_multiplicity)
    flat: dict[str, NDArray[Any]] = {f"jet_{name}": values for name, values in _jets(particles).items()}
    event = first_event + np.arange(n, dtype=np.int64)
    flat["run"] = np.full(n, 1 + PROCESSES.index(kind), dtype=np.int64)
    flat["lumi"] = (1 + event // 1000).astype(np.int64)
    flat["event"] = event
    flat["generator_weight"] = np.where(rng.random(n) < negative_fraction, -1, 1).astype(np.float32)
    fields = {name: particles[name] for name in particles.fields}
    if nan_fraction:
        first = ak.local_index(fields["pt"]) == 0
        fields["pt"] = ak.where(first & (rng.random(n) < nan_fraction), np.float32(np.nan), fields["pt"])
    jets = {name: ak.Array(values) for name, values in flat.items() if name.startswith("jet_")}
    rest = {name: ak.Array(values) for name, values in flat.items() if not name.startswith("jet_")}
    return {**jets, "part": ak.zip(fields), **rest}


def _prongs(n: int, kind: str, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return pT fraction, Δη and Δφ of the prongs, each (n, n_prongs)."""
    turn = rng.uniform(-np.pi, np.pi, size=n)
    if kind == "qcd":
        z = 0.02 * 15 ** rng.random(n)
        distance = 0.05 * 16 ** rng.random(n)
    else:
        z = rng.uniform(0.1, 0.9, size=n)
        mass = rng.normal(80, 6, size=n) * (1.6 if kind == "top" else 1)
        distance = mass / (275 * np.sqrt(z * (1 - z)))
    fraction = np.stack([z, 1 - z], axis=1)
    along = np.stack([(1 - z) * distance, -z * distance], axis=1)
    d_eta, d_phi = along * np.cos(turn)[:, None], along * np.sin(turn)[:, None]
    if kind == "top":
        share = rng.uniform(0.3, 0.7, size=n)
        fraction = np.column_stack([fraction[:, 0] * share, fraction[:, 0] * (1 - share), fraction[:, 1]])
        side = 0.35 * np.stack([-np.sin(turn), np.cos(turn)], axis=1)
        d_eta = np.column_stack([d_eta[:, 0] + side[:, 0], d_eta[:, 0] - side[:, 0], d_eta[:, 1]])
        d_phi = np.column_stack([d_phi[:, 0] + side[:, 1], d_phi[:, 0] - side[:, 1], d_phi[:, 1]])
    return fraction, d_eta, d_phi


def _rows(values: NDArray[Any], jet: NDArray[Any]) -> NDArray[Any]:
    return values.sum(axis=1)[jet][:, None]


def _wrap(phi: NDArray[Any]) -> NDArray[Any]:
    """Return angles in (−π, π]."""
    return np.pi - (np.pi - phi) % (2 * np.pi)


def _jagged(counts: NDArray[Any], pt: Any, eta: Any, phi: Any, pdgid: Any) -> ak.Array:
    charge = np.where(np.abs(pdgid) == 211, np.sign(pdgid), 0).astype(np.int32)
    mass = np.where(pdgid == 22, 0, np.where(pdgid == 130, 0.4976, PION_MASS_GEV))
    energy = np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2)
    columns = {name: np.asarray(values, dtype=np.float32) for name, values in
               {"pt": pt, "eta": eta, "phi": phi, "energy": energy}.items()}  # fmt: skip
    columns |= {"charge": charge, "pdgid": pdgid}
    return ak.zip({name: ak.unflatten(values, counts) for name, values in columns.items()}, depth_limit=1)


def _jets(particles: ak.Array) -> dict[str, NDArray[np.float32]]:
    pt, eta, phi, energy = (ak.values_astype(particles[name], np.float64) for name in ("pt", "eta", "phi", "energy"))
    px, py, pz, e = (
        ak.to_numpy(ak.sum(component, axis=1))
        for component in (pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), energy)
    )
    jet_pt = np.hypot(px, py)
    mass = np.sqrt(np.clip(e**2 - jet_pt**2 - pz**2, 0, None))
    values = {"pt": jet_pt, "eta": np.arcsinh(pz / jet_pt), "phi": np.arctan2(py, px), "mass": mass}
    return {name: value.astype(np.float32) for name, value in values.items()}
