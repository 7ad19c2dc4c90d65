"""Curves and pictures of outputs per item, made up."""

from __future__ import annotations

import numpy as np

from hepml.contracts import Curve, Metric
from hepml.plots import TrackPicture


def accuracy_curve(run: str, loss: float) -> Curve:
    item = np.arange(20.0)
    accuracy = np.where(item < 3, 1.0, 1 - loss * (1 + np.sin(item) / 4))
    columns = {"item": item, "accuracy": accuracy, "accuracy_error": np.full(20, 0.1 * loss)}
    return Curve("accuracy_by_item", columns, run, labels={"seed_items": 3})


def widths_curve(run: str, width: float, *, output: str) -> Curve:
    item = np.arange(1.0, 10)
    columns = {
        "item": item,
        "residual_width": width * (1 + 1 / item),
        "residual_width_error": np.full(9, 0.05 * width),
        "pull_width": 1 + 0.1 * np.sin(item),
        "pull_width_error": np.full(9, 0.03),
    }
    return Curve("width_by_item", columns, run, labels={"output": output, "seed_items": 0})


def pull_curve(run: str, width: float, *, output: str) -> Curve:
    edges = np.linspace(-5, 5, 51)
    middle = 0.5 * (edges[1:] + edges[:-1])
    density = np.exp(-0.5 * (middle / width) ** 2) / np.sqrt(2 * np.pi) / width
    columns = {"low": edges[:-1], "high": edges[1:], "density": density, "density_error": 0.05 * density}
    return Curve("pull_histogram", columns, run, labels={"output": output})


def pull_metric(run: str, width: float, *, output: str) -> Metric:
    return Metric("pull_width", width, 0.01, "variance of the quantiles, by event", run=run, output=output)


def track_picture(runs: tuple[str, ...], *, seed: int) -> TrackPicture:
    rng = np.random.default_rng(seed)
    on = rng.random((16, 12)) < 0.2
    on[:3] = False
    track = np.linspace(1, 10, 16).astype(int)
    on[np.arange(16), track] = True
    found = {run: np.where(rng.random(16) < 0.2, 5.0, track) for run in runs}
    return TrackPicture(f"row {seed}", on, track.astype(float), found, seed_layers=3)
