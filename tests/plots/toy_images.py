"""Mean images with a known shape: one core, or two cores of a given distance."""

import numpy as np


def mean_image(*, distance: float, width: float = 0.12, n: int = 37) -> np.ndarray:
    """Two exponential cores on the x axis, of unit sum; shape (n, n), first index x."""
    centres = np.linspace(-1, 1, n + 1)[:-1] + 1 / n
    x, y = np.meshgrid(centres, centres, indexing="ij")
    image = sum(np.exp(-np.hypot(x - 0.5 * side * distance, y) / width) for side in (-0.8, 1.2))
    return image / image.sum()
