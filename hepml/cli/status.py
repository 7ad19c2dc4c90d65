"""``hepml status``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="\b\nExample:\n  hepml status dataset")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--verify", is_flag=True, help="Read every shard again and compare its checksum.")
def status(*, dataset: Path, verify: bool) -> int:
    """Show the accounting of DATASET: files, entries, rows, cut flows, what was left out."""
    from hepml import workflow
    from hepml.cli import left_out
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.tables import print_dataset

    manifest = workflow.status(dataset, verify=verify, progress=Terminal())
    print_dataset(manifest, every_file=True, console=output_console())
    return left_out.report(left_out.of_dataset(manifest))
