"""A recipe, or the path of one."""

from __future__ import annotations

from pathlib import Path

from hepml.recipe import Recipe, load_recipe


def as_recipe(recipe: Recipe | str | Path) -> Recipe:
    """Return `recipe`, loaded where it is a path."""
    return recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
