"""``hepml flag``."""

from __future__ import annotations

from pathlib import Path

import click

from hepml.cli.arguments import output_option

EXIT_BAD = 4
"""Finished, and lumisections are bad; only with ``--fail-on-bad``."""


@click.command(
    epilog="""\b
Examples:
  hepml flag out/runs/autoencoder new/*.root -o flags
  hepml flag out/runs/autoencoder -o flags --watch incoming --interval 20 --known known.yaml
\b
Files that are in the output folder are not scored again: give new ones, or none to apply other known problems.
\b
Exit status: 0 done; 1 error; 3 files of a watched folder were left out; 4 lumisections are bad (with --fail-on-bad;
before 3). Control-C ends a watch cleanly, with the same status.
"""
)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, metavar="[FILE…]")
@output_option("DIR")
@click.option(
    "--false-alarm-rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.001,
    show_default=True,
    help="Good lumisections that may be flagged, per lumisection and histogram.",
)
@click.option(
    "--extrapolate", is_flag=True, help="Continue the tail of the scores where good lumisections are too few for it."
)
@click.option("--dataset", type=click.Path(path_type=Path), help="The run's dataset; default: beside the runs.")
@click.option("--known", type=click.Path(path_type=Path), help="YAML file of known problems.")
@click.option("--gap", type=click.IntRange(0), default=2, show_default=True, help="Lumisections an incident may skip.")
@click.option("--golden-with-masked", is_flag=True, help="Known problems are golden, too.")
@click.option("--maps", type=click.IntRange(0), default=200, show_default=True, help="Flags with maps on the page.")
@click.option("--processor", type=click.Path(path_type=Path), help="Processor file, where that of the training moved.")
@click.option("--watch", "folder", type=click.Path(path_type=Path), help="Take files as they arrive in this folder.")
@click.option("--pattern", default="*", show_default=True, help="Of the names of files in it.")
@click.option(
    "--interval",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds between two looks; a file is complete when it is the same in two.",
)
@click.option(
    "--until-idle", type=click.FloatRange(0), help="Stop after so many seconds without news; default: at Control-C."
)
@click.option("--fail-on-bad", is_flag=True, help="End with status 4 where lumisections are bad.")
def flag(
    *,
    run: Path,
    files: tuple[str, ...],
    output: Path,
    false_alarm_rate: float,
    extrapolate: bool,
    dataset: Path | None,
    known: Path | None,
    gap: int,
    golden_with_masked: bool,
    maps: int,
    processor: Path | None,
    folder: Path | None,
    pattern: str,
    interval: float,
    until_idle: float | None,
    fail_on_bad: bool,
) -> int:
    """Flag the lumisections of FILEs with RUN: flags.parquet, golden.json, dashboard.html."""
    from hepml import workflow
    from hepml.cli import left_out
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.flag_table import print_flags
    from hepml.workflow.flag_options import FlagOptions
    from hepml.workflow.flag_watch import Watch

    found = workflow.flag(
        run,
        files,
        output,
        dataset=dataset,
        processor=processor,
        options=FlagOptions(false_alarm_rate, extrapolate, known, gap, golden_with_masked, maps),
        watch=None if folder is None else Watch(folder, pattern, interval, until_idle),
        progress=Terminal(),
    )
    print_flags(found.flags, found.incidents, golden=found.golden, folder=found.folder, console=output_console())
    status = left_out.report([f"{one.path}: {one.reason}" for one in found.left_out])
    return EXIT_BAD if fail_on_bad and found.n_bad else status
