"""Trees as skops files: loading makes objects of named types only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hepml.errors import RunError

TRUSTED_TYPES: tuple[str, ...] = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""Types beside skops's own list that our trees are made of."""


def save_trees(trees: Any, path: Path) -> None:
    """Write a fitted scikit-learn estimator."""
    import skops.io

    skops.io.dump(trees, path)


def load_trees(path: Path) -> Any:
    """Read a `HistGradientBoostingClassifier` that `save_trees` wrote.

    Raises
    ------
    RunError
        The file is missing or damaged, or holds another type.
    """
    import skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier

    try:
        foreign = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED_TYPES))
        if foreign:
            msg = (
                f"{path}: the file holds {foreign[0]}, which could run foreign code: only scikit-learn's trees are "
                "loaded"
            )
            raise RunError(msg)
        trees = skops.io.load(path, trusted=list(TRUSTED_TYPES))
    except RunError:
        raise
    except Exception as problem:  # noqa: BLE001  (zip, JSON and skops each raise their own types for a damaged file)
        msg = f"{path}: the trees cannot be loaded ({' '.join(str(problem).split())}): train again"
        raise RunError(msg) from None
    if not isinstance(trees, HistGradientBoostingClassifier):
        msg = f"{path}: the file holds a {type(trees).__name__}, not boosted trees: train again"
        raise RunError(msg)
    return trees
