"""Points around a line and a parabola."""

import json

import numpy as np
import pytest
import uproot

from hepml.errors import OutputError, RecipeError
from hepml.samples import build_sample


def read(folder, curve):
    with uproot.open(folder / f"{curve}.root") as file:
        return file["Events"].arrays(library="np")


def test_points_scatter_around_their_curves(tmp_path):
    made = build_sample("points", tmp_path, events=20_001, options={"noise": 0.5, "slope": -2.0, "intercept": 3.0})
    assert [(file.process, file.n_events) for file in made.files] == [("line", 10_001), ("parabola", 10_000)]
    curves = {"line": lambda x: -2 * x + 3, "parabola": np.square}
    for curve, (low, high) in {"line": (0, 10), "parabola": (-2, 2)}.items():
        points = read(tmp_path, curve)
        np.testing.assert_allclose(points["y_true"], curves[curve](points["x"]), rtol=1e-12)
        assert low <= points["x"].min() < low + 0.01 < high - 0.01 < points["x"].max() <= high
        residual = points["y"] - points["y_true"]
        n = len(residual)
        assert abs(residual.mean()) < 4 * 0.5 / np.sqrt(n)
        assert abs(residual.std() - 0.5) < 4 * 0.5 / np.sqrt(2 * n)
        assert abs(np.corrcoef(points["x"], residual)[0, 1]) < 4 / np.sqrt(n)
        assert points["number"].tolist() == list(range(1, n + 1))
    assert json.loads((tmp_path / "sample.json").read_text())["options"]["slope"] == -2


def test_a_finished_sample_is_neither_made_again_nor_overwritten(tmp_path):
    first = build_sample("points", tmp_path, events=20)
    before = {file.path: file.path.stat().st_mtime_ns for file in first.files}
    assert build_sample("points", tmp_path, events=20).files == first.files
    for change in ({"events": 10}, {"seed": 2}, {"options": {"noise": 0.3}}):
        with pytest.raises(OutputError, match=r"holds a finished sample of .*: choose another folder"):
            build_sample("points", tmp_path, **({"events": 20} | change))
    assert {path: path.stat().st_mtime_ns for path in before} == before
    first.files[0].path.unlink()
    build_sample("points", tmp_path, events=10)  # what is not whole is no work lost


def test_the_same_seed_gives_the_same_points_and_more_begin_with_fewer(tmp_path):
    for name, events, seed in (("a", 20, 1), ("b", 40, 1), ("c", 20, 2)):
        build_sample("points", tmp_path / name, events=events, seed=seed, options={"curves": ["parabola"]})
    few, many, other = (read(tmp_path / name, "parabola") for name in "abc")
    for column in few:
        np.testing.assert_array_equal(few[column], many[column][:20])
    assert not np.intersect1d(few["x"], other["x"]).size


def test_without_noise_points_are_on_the_curve(tmp_path):
    build_sample("points", tmp_path, events=10, options={"noise": 0})
    points = read(tmp_path, "parabola")
    np.testing.assert_array_equal(points["y"], points["y_true"])


@pytest.mark.parametrize("options", [{"noise": -1}, {"curves": []}, {"curves": ["circle"]}])
def test_wrong_options_are_refused(tmp_path, options):
    with pytest.raises(RecipeError, match=f"sample.{next(iter(options))}"):
        build_sample("points", tmp_path / "out", events=10, options=options)
    assert not (tmp_path / "out").exists()


def test_too_few_points_and_another_folder_are_refused(tmp_path):
    with pytest.raises(RecipeError, match="events is 1: give 2 or more"):
        build_sample("points", tmp_path / "out", events=1)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="sample"):
        build_sample("points", tmp_path, events=10)
