"""``hepml train``."""

from __future__ import annotations

from pathlib import Path

import click

from hepml.cli.arguments import output_option, read_recipe, recipe_argument


@click.command(
    epilog="""\b
Examples:
  hepml train recipe.yaml dataset -o run_cnn --model cnn
  hepml train recipe.yaml dataset -o run_cnn --model cnn --set training.epochs=5
  hepml train few.yaml few_events -o run_cvn --model cvn --from simulation/runs/cvn
  hepml train few.yaml few_events -o run_cvn --model cvn --from simulation/runs/cvn \\
      --set models.cvn.start.freeze=backbone
"""
)
@recipe_argument
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--model", help="Which model of the recipe; not needed where there is one only.")
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Start from the backbone of this run, a network built alike; see models.<name>.start in the recipe.",
)
@output_option("RUN")
def train(
    *,
    recipe: Path,
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    dataset: Path,
    model: str | None,
    start: Path | None,
    output: Path,
) -> None:
    """Train a model of RECIPE on DATASET, all its seeds and folds; an interrupted training goes on where it stopped."""
    from hepml import workflow
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.tables import print_run

    chosen = read_recipe(recipe, inputs, settings)
    info = workflow.train(chosen, dataset, output, model=model, start=start, progress=Terminal())
    print_run(info.name, info.members, folder=output, console=output_console())
