"""Trees as skops files: loading makes objects of named types only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hepml.errors import RunError

TRUSTED_TYPES: tuple[str, ...] = (
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    # Trees on categories begin with a step that checks its input: a partial of this one function.
    "functools.partial",
    "sklearn.utils.validation.check_array",
)
"""Types and functions beside skops's own list that our trees are made of."""


FOREST_TYPES: tuple[str, ...] = ("sklearn.tree._tree.Tree",)
"""What an isolation forest is made of in addition: arrays of nodes, which hold no code."""


def save_trees(trees: Any, path: Path) -> None:
    """Write a fitted scikit-learn estimator."""
    import skops.io

    skops.io.dump(trees, path)


def load_trees(path: Path, *, kind: str) -> Any:
    """Read the trees that `save_trees` wrote: classifiers or regressors, as the kind of task says.

    Raises
    ------
    RunError
        The file is missing or damaged, or holds another type.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    expected = HistGradientBoostingRegressor if kind == "regression" else HistGradientBoostingClassifier
    return _loaded(path, expected, TRUSTED_TYPES, what=f"boosted trees for {kind}")


def load_isolation_forest(path: Path) -> Any:
    """Read an isolation forest that `save_trees` wrote.

    Raises
    ------
    RunError
        The file is missing or damaged, or holds another type.
    """
    from sklearn.ensemble import IsolationForest

    return _loaded(path, IsolationForest, FOREST_TYPES, what="an isolation forest")


def _loaded(path: Path, expected: type[Any], trusted: tuple[str, ...], *, what: str) -> Any:
    import skops.io

    try:
        foreign = sorted(set(skops.io.get_untrusted_types(file=path)) - set(trusted))
        if foreign:
            msg = (
                f"{path}: the file holds {foreign[0]}, which could run foreign code: only scikit-learn's trees are "
                "loaded"
            )
            raise RunError(msg)
        trees = skops.io.load(path, trusted=list(trusted))
    except RunError:
        raise
    except Exception as problem:  # noqa: BLE001  (zip, JSON and skops each raise their own types for a damaged file)
        msg = f"{path}: the trees cannot be loaded ({' '.join(str(problem).split())}): train again"
        raise RunError(msg) from None
    if not isinstance(trees, expected):
        msg = f"{path}: the file holds a {type(trees).__name__}, not {what}: train again"
        raise RunError(msg)
    return trees
