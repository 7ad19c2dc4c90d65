"""Jet images: small ones by hand, many against a slow reference, and real ones across φ = ±π."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pydantic
import pytest
import uproot
from toy_jets import toy_particles

from hepml.errors import ShapeError
from hepml.representations import JetImage, JetImageOptions

DATA = Path(os.environ.get("HEPML_TEST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
OFF = {"centre": False, "rotate": False, "flip": False, "normalise": "none"}


def jets(*rows: list[tuple[float, float, float, int]]) -> ak.Array:
    """Return jets from lists of (pt, eta, phi, charge)."""
    columns = {name: [[particle[i] for particle in row] for row in rows] for i, name in enumerate(("pt", "eta", "phi"))}
    columns["charge"] = [[particle[3] for particle in row] for row in rows]
    return ak.zip({name: ak.values_astype(ak.Array(values), float) for name, values in columns.items()}, depth_limit=1)


def pictures(particles: ak.Array, **options: Any) -> np.ndarray:
    image = JetImage(JetImageOptions(**options))
    return image.decode(image.encode(particles))[""]


def test_without_steps_particles_fall_where_they_are() -> None:
    row = [(10.0, -0.9, 0.0, 1), (20.0, -0.9, 0.1, 0), (30.0, 0.9, 0.9, -1), (40.0, 1.0, 0.0, 1), (50.0, -1.0, -1.0, 1)]
    picture = pictures(jets(row), pixels=3, half_width=1.0, **OFF)[0]
    # η index first; the lower edge is inside (50 GeV), the upper edge outside (40 GeV).
    np.testing.assert_array_equal(picture[:, :, 0], [[50, 30, 0], [0, 0, 0], [0, 0, 30]])
    np.testing.assert_array_equal(picture[:, :, 1], [[50, 10, 0], [0, 0, 0], [0, 0, 30]])
    np.testing.assert_array_equal(picture[:, :, 2], [[1, 2, 0], [0, 0, 0], [0, 0, 1]])


def test_the_part_outside_the_grid_is_kept() -> None:
    image = JetImage(JetImageOptions(pixels=3, half_width=1.0, **{**OFF, "normalise": "sum"}))
    stored = image.encode(jets([(30.0, 0.0, 0.0, 1), (10.0, 5.0, 0.0, 1)], [(7.0, 0.0, 0.0, 1)], []))
    assert stored.outside_pt_fraction.to_list() == [0.25, 0.0, 0.0]
    np.testing.assert_array_equal(image.decode(stored)[""][:, :, :, 0].sum(axis=(1, 2)), [0.75, 1.0, 0.0])


def test_centre_takes_the_centroid_across_pi() -> None:
    # The centroid is at 3.2: the particles are at −0.1 and +0.3, and pixels are 0.22 wide from −0.55 on.
    here = [(30.0, 1.0, 0.05, 1), (10.0, 1.0, 0.45, 1)]
    across = [(30.0, 1.0, 3.1, 1), (10.0, 1.0, 3.5 - 2 * np.pi, 1)]
    turned_on = [(30.0, 1.0, 3.1 + 2 * np.pi, 1), (10.0, 1.0, 3.5 - 4 * np.pi, 1)]
    options = {**OFF, "centre": True, "pixels": 5, "half_width": 0.55, "channels": ("pt",)}
    both = pictures(jets(here, across, turned_on), **options)[..., 0]
    expected = np.zeros((5, 5))
    expected[2, 2], expected[2, 3] = 30, 10
    np.testing.assert_array_equal(both, [expected] * 3)


def test_rotate_lays_the_principal_axis_along_the_first_axis() -> None:
    for angle in np.linspace(0, np.pi, 7):
        ends = [(10.0, s * 0.8 * np.cos(angle), s * 0.8 * np.sin(angle), 1) for s in (-1, 0, 1)]
        picture = pictures(jets(ends), pixels=3, half_width=1.0, **{**OFF, "rotate": True, "channels": ("pt",)})[0]
        np.testing.assert_array_equal(picture[:, :, 0], [[0, 10, 0], [0, 10, 0], [0, 10, 0]])


@pytest.mark.parametrize(("x", "y"), [(0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8)])
def test_flip_brings_more_pt_to_the_positive_halves(x: float, y: float) -> None:
    picture = pictures(
        jets([(30.0, x, 0.0, 1), (20.0, 0.0, y, 1), (10.0, -x, -y, 1)]),
        pixels=3, half_width=1.0, **{**OFF, "flip": True, "channels": ("pt",)},
    )[0]  # fmt: skip
    np.testing.assert_array_equal(picture[:, :, 0], [[10, 0, 0], [0, 0, 20], [0, 30, 0]])


def test_normalisation_divides_by_the_sum_or_by_the_root_of_the_sum_of_squares() -> None:
    row = jets([(30.0, 0.0, 0.0, 1), (40.0, 0.9, 0.0, 0)])
    options = {**OFF, "pixels": 3, "half_width": 1.0, "channels": ("pt", "charged_pt", "multiplicity")}
    by_sum = pictures(row, **{**options, "normalise": "sum"})[0]
    np.testing.assert_allclose(by_sum[1:, 1], [[3 / 7, 3 / 7, 1], [4 / 7, 0, 1]], rtol=1e-6)
    by_norm = pictures(row, **{**options, "normalise": "l2"})[0]
    np.testing.assert_allclose(by_norm[1:, 1], [[0.6, 0.6, 1], [0.8, 0, 1]], rtol=1e-6)


@pytest.mark.parametrize("normalise", ["none", "sum", "l2"])
def test_jets_of_no_or_one_particle_or_no_pt(normalise: str) -> None:
    rows = jets([], [(50.0, 1.3, -2.0, 1)], [(0.0, 1.0, 1.0, 1)], [(5.0, 1.0, 1.0, 1)] * 4)
    picture = pictures(rows, pixels=3, normalise=normalise)
    assert np.isfinite(picture).all()
    assert picture[0].sum() == 0
    values = {"none": [50.0, 0.0, 20.0], "sum": [1.0, 0.0, 1.0], "l2": [1.0, 0.0, 1.0]}[normalise]
    np.testing.assert_array_equal(picture[1:, 1, 1, 0], values)
    np.testing.assert_array_equal(picture[1:, 1, 1, 2], [1, 1, 4])
    np.testing.assert_array_equal(picture.sum(axis=(1, 2))[1:, 2], [1, 1, 4])


def test_all_particles_on_one_pixel_are_stored_once() -> None:
    image = JetImage(JetImageOptions(pixels=1, normalise="none"))
    stored = image.encode(jets([(1.0, 0.01 * i, 0.0, 1) for i in range(100)]))
    assert stored.pixel.to_list() == [[0]]
    assert stored.pt.to_list() == [[100.0]]
    assert stored.multiplicity.to_list() == [[100.0]]


def test_nan_and_infinity_stay_outside_the_grid() -> None:
    rows = jets(
        *([(10.0, 0.0, 0.0, 1), (5.0, eta, phi, 1)] for eta in (0.1, np.nan, np.inf) for phi in (np.nan, -np.inf))
    )
    stored = JetImage(JetImageOptions(pixels=3, **OFF)).encode(rows)
    assert stored.pt.to_list() == [[10.0]] * 6
    with_centre = JetImage(JetImageOptions(pixels=3)).encode(rows)
    assert ak.sum(ak.num(with_centre.pixel)) == 0


def reference(pt: np.ndarray, eta: np.ndarray, phi: np.ndarray, *, pixels: int, half_width: float) -> np.ndarray:
    """Return the default image of one jet's pT, by NumPy."""
    turn = np.exp(1j * phi)
    y = np.angle(turn / turn[np.argmax(pt)])
    share = pt / pt.sum()
    x, y = eta - share @ eta, y - share @ y
    _, axes = np.linalg.eigh(np.cov(np.stack([x, y]), aweights=pt, ddof=0))
    x, y = axes[:, 1] @ [x, y], axes[:, 0] @ [x, y]
    x, y = (values * (1 if share @ np.sign(values) > 0 else -1) for values in (x, y))
    edges = np.linspace(-half_width, half_width, pixels + 1)
    return np.histogram2d(x, y, bins=[edges, edges], weights=share)[0]


@pytest.mark.parametrize(("pixels", "half_width"), [(37, 1.0), (25, 1.25), (16, 0.4)])
def test_agrees_with_a_slow_reference(pixels: int, half_width: float) -> None:
    particles = toy_particles(150, seed=11, kind="w")
    fast = pictures(particles, pixels=pixels, half_width=half_width, channels=("pt",))[..., 0]
    for jet, picture in zip(particles, fast, strict=True):
        columns = (np.asarray(jet[name], dtype=np.float64) for name in ("pt", "eta", "phi"))
        expected = reference(*columns, pixels=pixels, half_width=half_width)
        # Both round differently within 1e-15 of an edge, which no particle of this sample meets.
        np.testing.assert_allclose(picture, expected, atol=1e-6)


def moved(
    particles: ak.Array, *, d_eta: float = 0, d_phi: float = 0, angle: float = 0, mirror: bool = False
) -> ak.Array:
    """Return the jets mirrored in η, turned about (0.3, 0.2) and shifted, with φ in (−π, π]."""
    eta, phi = (ak.values_astype(particles[name], np.float64) for name in ("eta", "phi"))
    x, y = (-eta if mirror else eta) - 0.3, phi - 0.2
    eta, phi = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    phi = np.pi - (np.pi - (phi + 0.2 + d_phi)) % (2 * np.pi)
    return ak.with_field(ak.with_field(particles, eta + 0.3 + d_eta, "eta"), phi, "phi")


def whole_jets() -> ak.Array:
    """Return toy jets whose φ do not reach ±π, so that the plane in which they are turned is flat."""
    particles = toy_particles(600, seed=7, kind="qcd")
    return particles[ak.max(abs(particles.phi), axis=1) < 2.2]


@pytest.mark.parametrize(
    "motion",
    [
        {"d_phi": 1.0}, {"d_phi": 3.0}, {"d_eta": 0.7}, {"mirror": True}, {"angle": 0.5}, {"angle": np.pi / 2},
        {"angle": 2.0, "mirror": True}, {"angle": -1.0, "d_phi": -3.0, "d_eta": 0.3},
    ],
)  # fmt: skip
def test_default_steps_undo_motions_turns_and_mirrors(motion: dict[str, Any]) -> None:
    particles = whole_jets()
    assert len(particles) > 200
    still, after = pictures(particles), pictures(moved(particles, **motion))
    equal = np.abs(still - after).max(axis=(1, 2, 3)) < 1e-5
    # The coordinates move by float32 roundings of 1e-7: rarely, a particle changes its pixel of 0.054.
    assert equal.mean() > 0.98
    np.testing.assert_allclose(still.sum(axis=(1, 2)), after.sum(axis=(1, 2)), atol=1e-5)


def test_mirrored_jets_give_the_very_same_image() -> None:
    particles = whole_jets()
    mirrored = ak.with_field(particles, -particles.eta, "eta")
    np.testing.assert_array_equal(pictures(particles), pictures(mirrored))


def test_charge_is_needed_for_its_channel_alone() -> None:
    particles = toy_particles(5, seed=1)[["pt", "eta", "phi"]]
    assert pictures(particles, channels=("multiplicity", "pt")).shape == (5, 37, 37, 2)
    with pytest.raises(ShapeError, match="needs a column 'charge'"):
        pictures(particles)


def test_lists_of_records_are_read_like_records_of_lists() -> None:
    particles = toy_particles(20, seed=1)
    listed = ak.zip({name: particles[name] for name in ("pt", "eta", "phi", "charge")})
    np.testing.assert_array_equal(pictures(listed), pictures(particles))


def test_lists_of_different_lengths_are_refused() -> None:
    particles = ak.Array({"pt": [[1.0], [1.0, 2.0]], "eta": [[1.0], [1.0]], "phi": [[1.0], [1.0, 2.0]]})
    with pytest.raises(ShapeError, match="'pt' and 'eta' must have lists of equal lengths, but row 1 holds 2 and 1"):
        pictures(particles, channels=("pt",))


def test_the_pixel_type_follows_from_the_grid() -> None:
    particles = toy_particles(3, seed=1)
    for pixels, dtype in ((256, "uint16"), (257, "uint32")):
        stored = JetImage(JetImageOptions(pixels=pixels)).encode(particles)
        assert ak.to_numpy(ak.flatten(stored.pixel)).dtype == dtype


def test_decoding_on_a_smaller_grid_is_refused() -> None:
    stored = JetImage(JetImageOptions(pixels=37)).encode(toy_particles(3, seed=1))
    with pytest.raises(ShapeError, match="outside the 5 × 5 grid"):
        JetImage(JetImageOptions(pixels=5)).decode(stored)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pixels": 0}, {"pixels": [3, 3, 3]}, {"half_width": 0.0}, {"half_width": float("inf")}, {"channels": []},
        {"channels": ["pt", "pt"]}, {"channels": ["energy"]}, {"normalise": "max"}, {"center": True},
    ],
)  # fmt: skip
def test_wrong_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        JetImageOptions(**wrong)


def test_features_carry_units() -> None:
    assert JetImage().arrays[""].features == ("pT fraction [1]", "charged pT fraction [1]", "number of particles [1]")
    assert JetImage(JetImageOptions(normalise="none")).arrays[""].features[0] == "pT [GeV]"
    assert JetImage(JetImageOptions(normalise="l2")).arrays[""].features[1] == "charged pT over norm [1]"


def pfnano_jets(kind: str) -> ak.Array:
    """Return the candidates of all AK8 ("FatJet") or AK4 ("Jet") jets of the PFNano file, one row per jet."""
    path = DATA / "pfnano.root"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    with uproot.open(path) as file:
        branches = [f"{kind}PFCands_jetIdx", f"{kind}PFCands_pFCandsIdx", f"n{kind}"]
        names = ("pt", "eta", "phi", "charge")
        events = file["Events"].arrays([*branches, *(f"PFCands_{name}" for name in names)])
    jet = events[f"{kind}PFCands_jetIdx"]
    first_jet = np.concatenate([[0], np.cumsum(ak.to_numpy(events[f"n{kind}"]), dtype=np.int64)])
    row = ak.to_numpy(ak.flatten(jet + first_jet[:-1])).astype(np.int64)
    assert (np.diff(row) >= 0).all()
    counts = np.bincount(row, minlength=first_jet[-1])
    candidates = {name: events[f"PFCands_{name}"][events[f"{kind}PFCands_pFCandsIdx"]] for name in names}
    return ak.zip({name: ak.unflatten(ak.flatten(c), counts) for name, c in candidates.items()}, depth_limit=1)


@pytest.mark.parametrize(("kind", "n_jets", "n_across"), [("FatJet", 24, 4), ("Jet", 64, 5)])
def test_real_jets_across_pi_are_imaged_whole(kind: str, n_jets: int, n_across: int) -> None:
    particles = pfnano_jets(kind)
    across = (ak.max(particles.phi, axis=1) > 2) & (ak.min(particles.phi, axis=1) < -2)
    assert (len(particles), ak.sum(across)) == (n_jets, n_across)
    half_width = {"FatJet": 1.0, "Jet": 0.5}[kind]
    image = JetImage(JetImageOptions(half_width=half_width))
    stored = image.encode(particles)
    assert ak.max(stored.outside_pt_fraction) < 0.02
    turned = ak.with_field(particles, (particles.phi + 2 * np.pi) % (2 * np.pi), "phi")
    before, after = image.decode(stored)[""], image.decode(image.encode(turned))[""]
    same = np.abs(before - after).max(axis=(1, 2, 3)) < 1e-5
    assert same[across].all()
    assert same.mean() > 0.9
