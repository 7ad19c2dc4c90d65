"""The samples of tracks, few events of each detector."""

import json

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import RecipeError
from hepml.samples import build_sample, tracks
from hepml.samples.toy_tracks import crossed_pixels
from hepml.samples.track_options import TrackSampleOptions
from hepml.samples.tracks import sample_tracks

KEYS = {"run": "int32_t", "lumi": "uint32_t", "event": "int64_t", "generator_weight": "float", "nhit": "int32_t"}


def make(folder, *, events, seed=1, workers=1, **options):
    options = TrackSampleOptions(**options)
    sample_tracks(folder, events=events, seed=seed, workers=workers, options=options)
    return read(folder, options.detector)


def read(folder, detector):
    with uproot.open(folder / f"{detector}.root") as file:
        return file["Events"].arrays()


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return make(tmp_path_factory.mktemp("tracks") / "toy", events=300, background_tracks=5)


@pytest.fixture(scope="module")
def barrel(tmp_path_factory):
    return make(tmp_path_factory.mktemp("tracks") / "barrel", events=60, detector="barrel")


def flat(values):
    return ak.to_numpy(ak.flatten(values, axis=None)).astype(float)


def test_files_are_ttrees_with_the_documented_branches(tmp_path):
    steps = []
    for detector, own in {
        "toy": {
            **dict.fromkeys(["hit_layer", "hit_pixel", "hit_track"], "int16_t[]"),
            "ntrack": "int32_t",
            **dict.fromkeys(["track_intercept", "track_slope"], "double[]"),
        },
        "barrel": {
            **dict.fromkeys(["hit_layer", "hit_particle", "particle_n_hits"], "int16_t[]"),
            **dict.fromkeys(["hit_r_cm", "hit_phi", "hit_z_cm", "hit_true_phi", "hit_true_z_cm"], "float[]"),
            "nparticle": "int32_t",
            "particle_pdg": "int32_t[]",
            "particle_charge": "int8_t[]",
            **{f"particle_{name}": "float[]" for name in ("pt", "eta", "phi", "d0_cm", "z0_cm")},
        },
    }.items():
        made = build_sample(
            "tracks", tmp_path / detector, events=3, seed=4, options={"detector": detector}, progress=steps.append
        )
        assert [(file.process, file.n_events) for file in made.files] == [(detector, 3)]
        with uproot.open(made.files[0].path) as file:
            assert file.classnames() == {"Events;1": "TTree"}
            assert file["Events"].typenames() == KEYS | own
    assert sum(steps) == 6
    content = json.loads((tmp_path / "toy" / "sample.json").read_text())
    assert (content["sample"], content["seed"], content["options"]["noise_probability"]) == ("tracks", 4, 0.2)


def test_toy_hits_are_unique_pixels_in_order(toy):
    index = ak.values_astype(toy.hit_layer, int) * 50 + toy.hit_pixel
    assert ak.all(index[:, 1:] > index[:, :-1])
    assert ak.min(index) >= 0
    assert ak.max(index) < 2500


def test_toy_signal_is_its_line(toy):
    signal = toy.hit_track == 0
    assert toy.hit_layer[signal].tolist() == [list(range(50))] * 300
    pixel = crossed_pixels(ak.to_numpy(toy.track_intercept), ak.to_numpy(toy.track_slope), 50)
    np.testing.assert_array_equal(ak.to_numpy(toy.hit_pixel[signal]), pixel[:, 0])
    # Entry and exit are uniform over the width.
    for end in (flat(toy.track_intercept), flat(toy.track_intercept + 50 * toy.track_slope)):
        assert 0 <= end.min() < 0.5
        assert 49.5 < end.max() < 50
        assert abs(end.mean() - 25) < 4 * 50 / np.sqrt(12 * len(end))


def test_toy_links_of_background_and_noise(toy):
    assert ak.all(toy.hit_track[toy.hit_layer < 5] == 0)
    assert ak.all(ak.num(toy.hit_track[toy.hit_layer < 5]) == 5)
    late = toy[["hit_layer", "hit_pixel", "hit_track"]][:50]
    pixel = crossed_pixels(ak.to_numpy(toy.track_intercept[:50]), ak.to_numpy(toy.track_slope[:50]), 50)
    for event, hits in enumerate(late):
        for layer, place, track in zip(hits.hit_layer, hits.hit_pixel, hits.hit_track, strict=True):
            there = np.flatnonzero(pixel[event, :, layer] == place)
            assert track == (there[0] if len(there) else -1)
    off = 300 * 45 * 50 - np.sum(flat(toy.hit_layer) >= 5)
    noise = np.sum(flat(toy.hit_track) == -1)
    assert noise / (noise + off) == pytest.approx(0.2, abs=4 * 0.4 / np.sqrt(300 * 45 * 44))


def test_toy_of_another_size(tmp_path):
    made = make(tmp_path / "a", events=5, layers=7, pixels=12, seed_layers=0, noise_probability=0.0)
    assert ak.all(ak.num(made.hit_layer) == 7)
    assert ak.max(made.hit_pixel) < 12


def test_barrel_links_are_consistent(barrel):
    assert ak.all((ak.num(barrel.particle_pt) >= 10) & (ak.num(barrel.particle_pt) <= 200))
    owned = barrel.hit_particle >= 0
    assert ak.all(ak.is_none(barrel.hit_true_phi) == 0)
    assert ak.all(np.isnan(barrel.hit_true_phi) == ~owned)
    for event in barrel[:20]:
        mine = event.hit_particle >= 0
        owner = ak.to_numpy(event.hit_particle[mine])
        assert np.bincount(owner, minlength=event.nparticle).tolist() == event.particle_n_hits.tolist()
        pairs = set(zip(owner.tolist(), event.hit_layer[mine].tolist(), strict=True))
        assert len(pairs) == len(owner)  # a hit a layer
        # On the first layer, a hit of a fast particle is under the φ of its particle.
        first = mine & (event.hit_layer == 0)
        particle = event.hit_particle[first]
        fast = event.particle_pt[particle] > 5
        off = event.hit_phi[first] - event.particle_phi[particle]
        assert ak.all(abs(np.sin(off))[fast] < 0.03)  # 4 d0 / r and the resolution
    assert ak.all(barrel.particle_pdg == 211 * ak.values_astype(barrel.particle_charge, int))


def test_barrel_hits_are_by_layer_and_phi(barrel):
    np.testing.assert_allclose(flat(barrel.hit_r_cm), 3 + 97 / 9 * flat(barrel.hit_layer), rtol=1e-6)
    step = ak.values_astype(barrel.hit_layer[:, 1:], int) - barrel.hit_layer[:, :-1]
    assert ak.all((step > 0) | ((step == 0) & (barrel.hit_phi[:, 1:] >= barrel.hit_phi[:, :-1])))
    assert ak.all(abs(barrel.hit_phi) < np.pi + 1e-6)


def test_barrel_resolution(barrel):
    along = flat((barrel.hit_phi - barrel.hit_true_phi) * barrel.hit_r_cm)
    along = along[np.abs(along) < 1]  # not around the end of φ
    for residual, sigma in ((along, 0.005), (flat(barrel.hit_z_cm - barrel.hit_true_z_cm), 0.02)):
        seen = residual[~np.isnan(residual)]
        assert seen.std() == pytest.approx(sigma, rel=5 / np.sqrt(2 * len(seen)))
        assert abs(seen.mean()) < 4 * sigma / np.sqrt(len(seen))


def test_barrel_efficiency_and_noise(barrel):
    n = len(flat(barrel.particle_pt))
    first = np.sum(flat(barrel.hit_layer[barrel.hit_particle >= 0]) == 0)
    assert first / n == pytest.approx(0.98, abs=4 * np.sqrt(0.98 * 0.02 / n))
    noise = ak.sum(barrel.hit_particle == -1)
    assert noise / 600 == pytest.approx(5, abs=4 * np.sqrt(5 / 600))
    place = flat(barrel.hit_phi[barrel.hit_particle == -1])
    assert place.std() == pytest.approx(2 * np.pi / np.sqrt(12), rel=0.05)


def test_barrel_momentum_from_three_hits(tmp_path):
    # Without material and smearing, the circle through three hits and pT = 0.3 B R give the pT of the truth.
    options = {"thickness_x0": 0.0, "efficiency": 1.0, "noise_hits": 0.0, "resolution_um": (1e-3, 1e-3)}
    made = make(
        tmp_path / "a", events=3, detector="barrel", particles=(20, 20), field_t=3.0, pt_gev=(0.6, 5), **options
    )
    order = ak.argsort(ak.values_astype(made.hit_particle, int) * 10 + made.hit_layer)
    r, phi = (flat(made[name][order]).reshape(-1, 10)[:, [0, 5, 9]] for name in ("hit_r_cm", "hit_phi"))
    x, y = r * np.cos(phi), r * np.sin(phi)
    sides = [np.hypot(x[:, i] - x[:, j], y[:, i] - y[:, j]) for i, j in ((0, 1), (1, 2), (0, 2))]
    twice_area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])
    radius_cm = np.prod(sides, axis=0) / (2 * np.abs(twice_area))
    np.testing.assert_allclose(0.00299792458 * 3.0 * radius_cm, flat(made.particle_pt), rtol=1e-3)
    np.testing.assert_array_equal(np.sign(twice_area), -flat(made.particle_charge))


def test_the_same_seed_gives_the_same_events_for_any_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(tracks, "EVENTS_PER_BLOCK", 4)
    one, two = (make(tmp_path / str(n), events=10, seed=5, workers=n, detector="barrel") for n in (1, 2))
    assert ak.array_equal(one, two, equal_nan=True)
    assert one.lumi.tolist() == [1] * 4 + [2] * 4 + [3] * 2
    assert one.event.tolist() == list(range(1, 11))


@pytest.mark.parametrize("detector", ["toy", "barrel"])
def test_a_smaller_sample_is_the_beginning_of_a_larger_one(tmp_path, detector):
    large, small, other = (
        make(tmp_path / str(i), events=events, seed=seed, detector=detector, background_tracks=2)
        for i, (events, seed) in enumerate([(30, 7), (10, 7), (10, 8)])
    )
    assert ak.array_equal(large[:10], small, equal_nan=True)
    assert not ak.array_equal(small.hit_layer, other.hit_layer)


def test_wrong_requests_are_refused(tmp_path):
    for options, message in (
        ({"detector": "endcap"}, "detector"),
        ({"layers": 4}, "seed_layers 5 is more than the 4 layers"),
        ({"particles": (20, 10)}, "fewest ≤ most"),
        ({"pt_gev": (2, 1)}, "low < high"),
        ({"resolution_um": (50, 0)}, "above 0"),
    ):
        with pytest.raises(RecipeError, match=message):
            build_sample("tracks", tmp_path / "out", events=10, options=options)
    assert not (tmp_path / "out").exists()
