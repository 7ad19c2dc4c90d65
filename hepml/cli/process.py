"""``hepml process``."""

from __future__ import annotations

from pathlib import Path

import click

from hepml.cli.arguments import Cluster, Executor, executor_options, output_option, read_recipe, recipe_argument


@click.command(
    epilog="""\b
Examples:
  hepml process recipe.yaml -o dataset --workers 4
  hepml process recipe.yaml -o dataset --input w=a.root,b.root --set process.bad_input=skip
"""
)
@recipe_argument
@executor_options
@output_option("DATASET")
def process(
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
    """Turn the ROOT files of RECIPE into a dataset; running it again does only what is missing."""
    from hepml import workflow
    from hepml.cli import left_out
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.tables import print_dataset

    manifest = workflow.process(
        read_recipe(recipe, inputs, settings),
        output,
        executor=executor,
        workers=workers,
        scheduler=scheduler,
        cluster=cluster,
        site=site,
        progress=Terminal(),
    )
    print_dataset(manifest, console=output_console())
    return left_out.report(left_out.of_dataset(manifest))
