"""``hepml condor``: submit, status, resubmit, collect; and what each job runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepml.cli.arguments import (
    backend_option,
    output_option,
    read_recipe,
    read_settings,
    settings_option,
    workers_option,
)

if TYPE_CHECKING:
    from hepml.workflow.condor.order import Result

_OUTPUT = click.argument("output", type=click.Path(path_type=Path), metavar="DIR")


@click.group(
    epilog="""\b
Examples:
  hepml condor submit recipe.yaml -o dataset --jobs 100 --site site.yaml
  hepml condor status dataset
  hepml condor resubmit dataset
  hepml condor collect dataset --wait
The folder condor/ of hepml has site files and a README for real sites.
"""
)
def condor() -> None:
    """Do the work of `process` and of `predict` as HTCondor jobs."""


@condor.command(
    epilog="""\b
Examples:
  hepml condor submit recipe.yaml -o dataset --dry-run
  hepml condor submit recipe.yaml -o dataset --jobs 100 --site site.yaml --input w=root://server//w/w_1.root
  hepml condor submit out/runs/cnn data/*.root -o scores --files-per-job 5
"""
)
@click.argument("recipe_or_run", metavar="RECIPE|RUN", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, metavar="[FILE…]")
@output_option("DIR")
@click.option("--jobs", type=click.IntRange(1), help="Number of jobs; default: ten chunks a job.")
@click.option("--files-per-job", type=click.IntRange(1), help="Give each job this many whole files instead.")
@click.option("--site", type=click.Path(path_type=Path), help="Site file; default: a shared file system, this Python.")
@click.option("--open-in-jobs", is_flag=True, help="Open no file here: each job plans its own.")
@click.option("--dry-run", is_flag=True, help="Write and check everything, and submit nothing.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=FILE[,FILE…]", help="Of a recipe: replace files.")
@settings_option("Replace any value of the recipe, or of `process` in a run's, e.g. process.bad_input=skip.")
@click.option("--tree", default=None, help="Of a run: tree to read; default: that of its recipe.")
@click.option("--processor", type=click.Path(path_type=Path), help="Of a run: the processor file, where it has moved.")
@backend_option
def submit(
    *,
    recipe_or_run: Path,
    files: tuple[str, ...],
    output: Path,
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    **choices: Any,
) -> int:
    """Submit what `process` does with RECIPE, or `predict` with RUN and FILEs, as jobs that write into DIR."""
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.workflow import condor as verbs

    is_run = recipe_or_run.is_dir()
    if is_run and inputs:
        msg = "--input is for recipes: name the files of a run after it"
        raise click.UsageError(msg)
    done = verbs.submit(
        recipe_or_run if is_run else read_recipe(recipe_or_run, inputs, settings),
        output,
        files=files,
        settings=read_settings(settings) if is_run else None,
        progress=Terminal(),
        **choices,
    )
    console = output_console()
    if done.complete is not None:
        console.print(f"{output}: complete already, nothing to submit")
        return _show(done.complete)
    assert done.submission is not None
    if choices["dry_run"]:
        for name in (done.submit_file, done.folder / "run_job.sh"):
            console.print(f"[bold]# {name}[/]")
            console.print(name.read_text(encoding="utf-8"), markup=False, soft_wrap=True)
    about, chunks = done.submission, f", {done.submission.n_entries} entries" if done.submission.opened else ""
    console.print(f"{about.name}: {about.n_jobs} jobs for {about.n_files} files{chunks}, {done.checks}")
    if choices["dry_run"]:
        console.print(f"Nothing was submitted; all files are in {done.folder}")
    else:
        console.print(f"{done.n_submitted} jobs submitted now: hepml condor status {output}")
    return 0


@condor.command(epilog="\b\nExample:\n  hepml condor status dataset")
@_OUTPUT
@click.option("--all", "everything", is_flag=True, help="List all jobs that are not done.")
def status(*, output: Path, everything: bool) -> int:
    """Show what became of the jobs of DIR: idle, running, held and why, done, missing, and chunks left."""
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.jobs import MOST_ROWS, jobs_table, states_table
    from hepml.reports.tables import print_tables
    from hepml.workflow import condor as verbs
    from hepml.workflow.condor.status import STATES

    state = verbs.status(output, progress=Terminal())
    table = jobs_table(state.jobs, most=None if everything else MOST_ROWS)
    console = output_console()
    print_tables([states_table(state.jobs, STATES), table], console=console)
    if state.n_left == 0 and state.count("done") == len(state.jobs):
        console.print(f"All jobs are done: hepml condor collect {output}")
    elif any(job.needs_resubmission and not job.is_hopeless for job in state.jobs):
        console.print(f"Some will not finish by themselves: hepml condor resubmit {output}")
    return 0


@condor.command(
    epilog="""\b
Examples:
  hepml condor resubmit dataset
  hepml condor resubmit dataset --memory 8000
"""
)
@_OUTPUT
@click.option("--memory", type=click.IntRange(64), metavar="MB", help="Ask for this much, whatever the reason was.")
@click.option("--all", "everything", is_flag=True, help="Those, too, that say that trying again will not help.")
def resubmit(*, output: Path, memory: int | None, everything: bool) -> int:
    """Submit the jobs of DIR that are held, have failed or are missing once more, with what is left to do."""
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.workflow import condor as verbs

    done = verbs.resubmit(output, memory_mb=memory, everything=everything, progress=Terminal())
    console = output_console()
    for job, mb in zip(done.jobs, done.memory_mb, strict=True):
        more = f", {mb} MB in place of {job.request_memory_mb}" if mb != job.request_memory_mb else ""
        console.print(f"job {job.number}: was {job.state} ({job.reason}){more}", markup=False, soft_wrap=True)
    console.print(f"{len(done.jobs)} jobs submitted again, {done.n_waiting} are idle, running or about to be released")
    for job in done.too_large:
        text = f"job {job.number}: used {job.memory_mb} MB, and the site gives no more"
        click.echo(f"hepml: left out: {text}: a smaller process.chunk_size helps, or --memory", err=True)
    for job in done.hopeless:
        click.echo(f"hepml: left out: job {job.number}: {job.reason}; mend it and submit into another folder", err=True)
    return 1 if done.too_large or done.hopeless else 0


@condor.command(epilog="\b\nExample:\n  hepml condor collect dataset --wait")
@_OUTPUT
@click.option("--wait", is_flag=True, help="Wait until no job is idle or running.")
def collect(*, output: Path, wait: bool) -> int:
    """Check all results in DIR against the plan, and make one dataset, or the friend trees, of them."""
    from hepml.cli.terminal import Terminal
    from hepml.workflow import condor as verbs

    return _show(verbs.collect(output, wait=wait, progress=Terminal()))


@condor.command(epilog="\b\nExample:\n  hepml condor schema > site.schema.json")
def schema() -> None:
    """Print the JSON schema of a site file: every key, its default and what it means."""
    from hepml.batch.site import site_schema

    click.echo(site_schema())


@condor.command(hidden=True)
@click.argument("order", type=click.Path(path_type=Path))
@click.argument("job", type=click.Path(path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), required=True, help="File that says what was done.")
@workers_option
def work(*, order: Path, job: Path, report: Path, workers: int) -> int:
    """Do the share of one JOB; what HTCondor runs."""
    from hepml.workflow import condor as verbs

    done = verbs.work(order, job, report=report, workers=workers)
    if done.error:
        click.echo(f"hepml: error: {done.error}", err=True)
    n_files = len(done.files)
    click.echo(
        f"hepml: {len(done.finished)} chunks of {n_files} files, {done.seconds} s, {done.peak_memory_mb} MB", err=True
    )
    return done.exit_code


def _show(result: Result) -> int:
    """Print a dataset or friends, and return the exit status of `process` or `predict`."""
    from hepml.cli import left_out
    from hepml.cli.output import output_console
    from hepml.contracts import Manifest
    from hepml.reports.tables import print_dataset, print_friends

    if isinstance(result, Manifest):
        print_dataset(result, console=output_console())
        return left_out.report(left_out.of_dataset(result))
    print_friends(result, console=output_console())
    return left_out.report(left_out.of_friends(result))
