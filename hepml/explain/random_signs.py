"""A null test: features whose signs are dealt at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError
from hepml.explain.feature import Feature, features_of
from hepml.representations.sequence_transform import plain_name


def signed_features(arrays: Mapping[str, ArraySpec], names: Iterable[str]) -> list[Feature]:
    """Return the features of these names, without unit and transform; a name that is not there is passed over.

    Raises
    ------
    RecipeError
        A feature is the logarithm of what it is called, which has no sign.
    """
    wanted = set(names)
    found = [feature for feature in features_of(arrays) if plain_name(feature.name) in wanted]
    unsigned = next((feature.name for feature in found if feature.name.startswith("log of ")), None)
    if unsigned is not None:
        msg = f"evaluation.sign_flips: {unsigned!r} is a logarithm, of numbers above 0: name features that have a sign"
        raise RecipeError(msg)
    return found


def with_random_signs(
    inputs: Mapping[str, NDArray[Any]], features: Iterable[Feature], *, seed: int
) -> dict[str, NDArray[Any]]:
    """Return inputs in which each value of these features has its own size and a sign dealt at random.

    Sizes, their order and their relation to other features stay; what the signs alone say about the truth is gone.
    Signed logarithms are odd, so that their signs are those of what they are the logarithms of.

    Parameters
    ----------
    inputs : mapping of str to array, shape (n, …)
        Batch arrays; not changed.
    features : iterable of Feature
        Which.
    seed : int
        Deals the signs.

    Examples
    --------
    >>> table = {"t": np.array([[1.0, -2.0], [3.0, np.nan]])}
    >>> changed = with_random_signs(table, [Feature("b", "t", 1)], seed=1)["t"]
    >>> changed[:, 0].tolist(), np.abs(changed[:, 1]).tolist()
    ([1.0, 3.0], [2.0, nan])
    """
    rng, changed = np.random.default_rng(seed), dict(inputs)
    for feature in features:
        values = changed[feature.array] = changed[feature.array].copy()
        chosen = values[..., slice(None) if feature.index is None else feature.index]
        chosen *= rng.choice(np.array([-1, 1], values.dtype), chosen.shape)
    return changed
