"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import click
import yaml

from hepml.recipe import Recipe, load_recipe

Command = TypeVar("Command", bound=Callable[..., Any])

Executor = Literal["iterative", "futures", "dask"]
"""Who does the work."""

Backend = Literal["native", "onnx"]
"""What applies a run."""

Cluster = Literal["htcondor"]
"""Whose jobs are Dask workers."""


def recipe_argument(command: Command) -> Command:
    """Add RECIPE with ``--input`` and ``--set``."""
    command = settings_option("Replace any value of the recipe, e.g. training.epochs=5.")(command)
    command = click.option(
        "--input", "inputs", multiple=True, metavar="NAME=FILE[,FILE…]", help="Replace the files of an input."
    )(command)
    return click.argument("recipe", type=click.Path(path_type=Path))(command)


def settings_option(text: str) -> Callable[[Command], Command]:
    """Add ``--set``."""
    return click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help=text)


def executor_options(command: Command) -> Command:
    """Add ``--executor``, ``--workers``, ``--scheduler``, ``--cluster`` and ``--site``."""
    text = "Site file of the cluster; default: a shared file system, and this Python there."
    command = click.option("--site", type=click.Path(path_type=Path), help=text)(command)
    text = "Start Dask workers as jobs of this batch system; they see the same files."
    command = click.option("--cluster", type=click.Choice(get_args(Cluster)), help=text)(command)
    text = "A running Dask scheduler whose workers see the same files; default for dask: a cluster of this machine."
    command = click.option("--scheduler", metavar="tcp://…", default=None, help=text)(command)
    command = workers_option(command)
    text = "Default: iterative for one worker, futures for more, dask with a scheduler or a cluster."
    return click.option("--executor", type=click.Choice(get_args(Executor)), help=text)(command)


def backend_option(command: Command) -> Command:
    """Add ``--backend``."""
    text = "What applies the run: the library of the training, or ONNX Runtime (after `hepml export RUN`)."
    option = click.option("--backend", type=click.Choice(get_args(Backend)), default="native", help=text)
    return option(command)


def workers_option(command: Command) -> Command:
    """Add ``--workers``."""
    option = click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Worker processes.")
    return option(command)


def output_option(metavar: str) -> Callable[[Command], Command]:
    """Add ``-o``."""
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), required=True, metavar=metavar, help="Where the result goes."
    )


def read_recipe(path: Path, inputs: Sequence[str], settings: Sequence[str]) -> Recipe:
    """Load a recipe with what the command line changes in it."""
    files = {name: value.split(",") for name, value in (_pair(text, "--input") for text in inputs)}
    return load_recipe(path, inputs=files, settings=read_settings(settings))


def read_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Return the values of ``--set`` by dotted key."""
    pairs = [_pair(text, "--set") for text in settings]
    return {key: parse_value(value, f"--set {key}") for key, value in pairs}


def parse_value(text: str, option: str) -> Any:
    """Return the value of an option that is written as YAML: a number, a list, a word."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        msg = f"{option}: {text!r} is not a value in YAML: quote it, and close its brackets"
        raise click.UsageError(msg) from None


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        msg = f"{option} {text!r}: write NAME=VALUE"
        raise click.UsageError(msg)
    return name, value
