"""``hepml run``."""

from __future__ import annotations

from pathlib import Path

import click

from hepml.cli.arguments import Cluster, Executor, executor_options, output_option, read_recipe, recipe_argument


@click.command(
    epilog="""\b
Examples:
  hepml run examples/jets/recipe.yaml -o out --workers 2
  hepml run recipe.yaml -o out --set training.epochs=5
"""
)
@recipe_argument
@executor_options
@output_option("DIR")
def run(
    *,
    recipe: Path,
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    executor: Executor | None,
    workers: int,
    scheduler: str | None,
    cluster: Cluster | None,
    site: Path | None,
    output: Path,
) -> int:
    """Process the files of RECIPE, train all its models and evaluate them together."""
    from hepml import workflow
    from hepml.cli import left_out
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.tables import print_summary

    manifest, content = workflow.run(
        read_recipe(recipe, inputs, settings),
        output,
        executor=executor,
        workers=workers,
        scheduler=scheduler,
        cluster=cluster,
        site=site,
        progress=Terminal(),
    )
    print_summary(content, folder=output / "report", console=output_console())
    return left_out.report(left_out.of_dataset(manifest))
