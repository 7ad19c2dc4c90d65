"""Which of an input's views a model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError, nearest


def chosen_views(arrays: Mapping[str, ArraySpec], views: Sequence[str], *, path: str) -> dict[str, ArraySpec]:
    """Return the arrays of these views, in the order of `arrays`; all of them where no view is named.

    Parameters
    ----------
    arrays : mapping of str to ArraySpec
        By batch name: ``<input>_<view>``, or the name of the input where it has one view.
    views : sequence of str
        Names of views; each may be that of several inputs.
    path : str
        Dotted path of the model's options, for messages.

    Raises
    ------
    RecipeError
        No array is of that view; names the nearest and all that there are.

    Examples
    --------
    >>> list(chosen_views(dict.fromkeys(["map_x", "map_y"], ArraySpec((2, 2, 1))), ["y"], path="options"))
    ['map_y']
    """
    for view in views:
        if not any(_is_of(array, view) for array in arrays):
            known = list(dict.fromkeys(array.rpartition("_")[2] for array in arrays))
            msg = f"{path}.views: there is no view {view!r} in {', '.join(arrays)}: {nearest(view, known)}"
            raise RecipeError(msg)
    return {name: spec for name, spec in arrays.items() if not views or any(_is_of(name, view) for view in views)}


def _is_of(array: str, view: str) -> bool:
    return array == view or array.endswith(f"_{view}")
