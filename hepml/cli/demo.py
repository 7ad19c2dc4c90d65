"""``hepml demo``."""

from __future__ import annotations

from pathlib import Path

import click

from hepml.cli.arguments import output_option, workers_option


@click.command(epilog="\b\nExample:\n  hepml demo jets -o demo --workers 2")
@click.argument("name")
@click.option("--events", type=click.IntRange(100), help="Examples in all; default: the demo's own number.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@workers_option
@output_option("DIR")
def demo(*, name: str, events: int | None, seed: int, workers: int, output: Path) -> int:
    """Run a worked example from nothing: NAME is flavour, jets, monitoring, neutrinos, showers or tracks."""
    from hepml import workflow
    from hepml.cli import left_out
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.flag_table import flag_rates_table, print_flags
    from hepml.reports.tables import print_summary, print_tables

    made = workflow.demo(name, output, events=events, seed=seed, workers=workers, progress=Terminal())
    console = output_console()
    print_summary(made.content, folder=output / "report", console=console)
    if made.flagged is not None:
        found = made.flagged
        print_tables([flag_rates_table(made.rates)], console=console)
        print_flags(found.flags, found.incidents, golden=found.golden, folder=found.folder, console=console)
    return left_out.report(left_out.of_dataset(made.manifest))
