"""``hepml recipe``."""

from __future__ import annotations

import click


@click.group()
def recipe() -> None:
    """About recipes."""


@recipe.command(epilog="\b\nExample:\n  hepml recipe schema > recipe.schema.json")
def schema() -> None:
    """Print the recipe's JSON schema, so that an editor can complete and check it."""
    from hepml.recipe import recipe_schema

    click.echo(recipe_schema())
