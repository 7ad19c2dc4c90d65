"""Moments on disk: sparse there, dense here."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import Moments
from hepml.errors import DatasetError
from hepml.io.manifest import read_moments, write_moments


def _moments(shape, rng, *, filled=1.0):
    mask = rng.random(shape) < filled
    total = rng.normal(size=shape) * mask
    return Moments(
        np.broadcast_to(rng.integers(0, 9, shape[:1] + (1,) * (len(shape) - 1)), shape) * 1.0, total, total**2
    )


def _assert_equal(back, given):
    for name in ("count", "total", "total_squares"):
        np.testing.assert_array_equal(getattr(back, name), getattr(given, name))


def test_come_back_as_they_were(tmp_path):
    rng = np.random.default_rng(1)
    given = {"image": _moments((100, 5, 5, 2), rng, filled=0.3), "event_view0": _moments((100,), rng)}
    table = _moments((100, 3), rng)
    given["table"] = Moments(rng.integers(0, 9, (100, 3)) * 1.0, table.total, table.total_squares)
    write_moments(tmp_path / "w.npz", given)
    back = read_moments(tmp_path / "w.npz")
    assert list(back) == list(given)
    for name, moments in given.items():
        _assert_equal(back[name], moments)
    back["image"].count[0] += 1.0


def test_empty_pixels_take_no_room(tmp_path):
    shape = (100, 37, 37, 3)
    total = np.zeros(shape)
    total[:, 18, 18, 0] = 1.0
    write_moments(tmp_path / "w.npz", {"image": Moments(np.full(shape, 7.0), total, total)})
    assert (tmp_path / "w.npz").stat().st_size < 10_000
    _assert_equal(read_moments(tmp_path / "w.npz")["image"], Moments(np.full(shape, 7.0), total, total))


def test_sums_that_cancel_are_kept(tmp_path):
    """A total of 0 with a sum of squares above it is no empty cell."""
    given = Moments(np.array([[2.0]]), np.array([[0.0]]), np.array([[2.0]]))
    write_moments(tmp_path / "w.npz", {"x": given})
    _assert_equal(read_moments(tmp_path / "w.npz")["x"], given)


def test_missing_and_damaged(tmp_path):
    with pytest.raises(DatasetError, match=r"w\.npz: the moments of the dataset are missing"):
        read_moments(tmp_path / "w.npz")
    write_moments(tmp_path / "w.npz", {"x": Moments(*np.ones((3, 100, 4)))})
    whole = (tmp_path / "w.npz").read_bytes()
    for content in (b"", b"no zip", whole[: len(whole) // 2], whole.replace(b"x.count", b"x.cuont")):
        (tmp_path / "w.npz").write_bytes(content)
        with pytest.raises(DatasetError, match=r"w\.npz: the moments are damaged .* delete the file"):
            read_moments(tmp_path / "w.npz")


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "w.npz", **{"x.shape": np.array([{}], dtype=object)})
    with pytest.raises(DatasetError, match="the moments are damaged"):
        read_moments(tmp_path / "w.npz")
