"""``hepml evaluate``."""

from __future__ import annotations

from pathlib import Path

import click

from hepml.cli.arguments import output_option


@click.command(
    epilog="""\b
Examples:
  hepml evaluate run_cnn dataset -o report
  hepml evaluate run_cnn run_bdt dataset -o report
"""
)
@click.argument("runs", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="RUN [RUN…]")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    help="Recipe whose `evaluation` applies; default: that of the first run.",
)
@output_option("REPORT")
def evaluate(*, runs: tuple[Path, ...], dataset: Path, recipe: Path | None, output: Path) -> None:
    """Judge RUNs on the same DATASET: metrics.json, plots, report.html, histograms.root, scores.parquet."""
    from hepml import workflow
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.tables import print_summary

    content = workflow.evaluate(runs, dataset, output, recipe=recipe, progress=Terminal())
    print_summary(content, folder=output, console=output_console())
