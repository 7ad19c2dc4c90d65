"""``hepml sample points``: points scattered around a line and a parabola, to see a regression at work."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepml.io.root_writer import TreeWriter
from hepml.samples.blocks import check_request, share
from hepml.samples.points_options import Curve, PointsOptions
from hepml.samples.summary import SampleFile, SampleSummary, claim_sample, write_summary

RUN_NUMBERS: dict[Curve, int] = {"line": 1, "parabola": 2}
X_RANGES: dict[Curve, tuple[float, float]] = {"line": (0.0, 10.0), "parabola": (-2.0, 2.0)}


def sample_points(
    output: str | Path,
    *,
    events: int,
    seed: int = 1,
    workers: int = 1,
    options: PointsOptions | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Make points of each curve as ``<output>/<curve>.root``.

    The tree ``Events`` has one point per entry: ``x``, uniform in 0 to 10 (line) or −2 to 2 (parabola), ``y`` = m x + c
    or x² plus Gaussian noise, ``y_true`` without it (float64), and ``number``, counted from 1 (int64).

    Parameters
    ----------
    output : str or Path
        Folder for the files.
    events : int
        Points in all, shared equally by the curves.
    seed : int
        The same seed gives the same points, and a larger sample begins with a smaller one.
    workers : int
        Not needed for so little work.
    options : PointsOptions, optional
        Curves and noise.
    progress : callable, optional
        Called with the number of points that were added.

    Raises
    ------
    RecipeError
        The numbers do not fit.
    OutputError
        The folder cannot be written or holds something else.
    """
    start = time.monotonic()
    chosen = options or PointsOptions()
    check_request(events=events, n_processes=len(chosen.curves), seed=seed, workers=workers)
    folder = claim_sample(output)
    files = []
    for curve, n in zip(chosen.curves, share(events, len(chosen.curves)), strict=True):
        path = folder / f"{curve}.root"
        with TreeWriter(path, title=f"points on a {curve}") as writer:
            writer.extend(_points(curve, n, seed, chosen))
        files.append(SampleFile(path, curve, n, n))
        if progress is not None:
            progress(n)
    summary = SampleSummary(tuple(files), time.monotonic() - start)
    write_summary(folder, summary, name="points", seed=seed, options=chosen.model_dump(mode="json"), packages=())
    return summary


def _points(
    curve: Curve, n: int, seed: int, options: PointsOptions
) -> dict[str, NDArray[np.float64] | NDArray[np.int64]]:
    of_x, of_noise = (np.random.default_rng(s) for s in np.random.SeedSequence([seed, RUN_NUMBERS[curve]]).spawn(2))
    x = of_x.uniform(*X_RANGES[curve], size=n)
    y_true = options.slope * x + options.intercept if curve == "line" else x**2
    y = y_true + options.noise * of_noise.standard_normal(n)
    return {"x": x, "y": y, "y_true": y_true, "number": np.arange(1, n + 1, dtype=np.int64)}
