"""``hepml check``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepml.cli.arguments import read_recipe, recipe_argument

if TYPE_CHECKING:
    from hepml.processing import CheckReport, InputCheck


@click.command(epilog="\b\nExample:\n  hepml check recipe.yaml")
@recipe_argument
def check(*, recipe: Path, inputs: tuple[str, ...], settings: tuple[str, ...]) -> None:
    """Open the first file of each input of RECIPE, run one chunk, and say what would be made, how big and how long."""
    from hepml import workflow
    from hepml.cli.terminal import Terminal

    for line in _lines(workflow.check(read_recipe(recipe, inputs, settings), progress=Terminal())):
        click.echo(line)


def _lines(report: CheckReport) -> list[str]:
    arrays = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in report.arrays.items())
    return [
        *[line for each in report.inputs for line in _lines_of_input(each)],
        f"classes: {', '.join(report.classes) or 'none'}",
        *[_nothing_left(each) for each in report.inputs if not each.n_rows],
        f"batch arrays: {arrays}",
        f"spectators: {', '.join(report.spectators) or 'none'}",
        f"key: {', '.join(report.keys) or 'the content of the event'}",
        f"per example: {_bytes(report.stored_bytes_per_row)} stored, {_bytes(report.dense_bytes_per_row)} in a batch",
        f"memory of a worker: about {report.worker_memory_bytes / 2**20:.0f} MiB",
    ]


def _lines_of_input(each: InputCheck) -> list[str]:
    label = f"label {each.label!r}" if each.label else "label by the processor"
    return [
        f"input {each.name} ({label}): {each.n_files} files, {each.n_entries} entries in the first, {each.first_file}",
        f"  tried: {each.n_rows} examples from {each.n_checked} entries",
        f"  in all: about {each.estimated_rows} examples from {each.estimated_entries} entries, "
        f"{each.estimated_bytes / 1e6:.1f} MB, {each.estimated_seconds:.1f} s on one core",
        f"  cut flow: {' → '.join(f'{step.name} {step.n}' for step in each.cutflow.steps)}",
        f"  branches read: {', '.join(each.branches)}",
        *[f"  left out: {n} examples with NaN or inf in {name}" for name, n in each.dropped.items()],
    ]


def _nothing_left(each: InputCheck) -> str:
    return (
        f"warning: no example is left of the {each.n_checked} entries tried of input {each.name}: look at its cut "
        "flow, and loosen the selection unless you expect so few"
    )


def _bytes(value: float) -> str:
    return "an unknown number of bytes" if math.isnan(value) else f"{value:.0f} bytes"
