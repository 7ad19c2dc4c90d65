"""``hepml sample NAME``: one subcommand per sample, with the sample's own options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hepml.cli.arguments import output_option, parse_value, workers_option
from hepml.options import Options
from hepml.samples.table import SAMPLES, sample_options


class SampleGroup(click.Group):
    """Makes the command of a sample from the fields of its options."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the samples."""
        return list(SAMPLES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Make one command."""
        return _command(cmd_name) if cmd_name in SAMPLES else None


@click.group(cls=SampleGroup, epilog="\b\nExample:\n  hepml sample jets -o jets --events 60000 --workers 2")
def sample() -> None:
    """Make a built-in physics sample as ROOT ntuples; its options: hepml sample NAME --help."""


def _command(name: str) -> click.Command:
    model, sized = sample_options(name), not SAMPLES[name].fixed_size

    @click.option(
        "--events", type=click.IntRange(1), required=sized, hidden=not sized, help="Accepted examples in all."
    )
    @click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
    @workers_option
    @output_option("DIR")
    def command(*, events: int | None, seed: int, workers: int, output: Path, **chosen: Any) -> None:
        from hepml import workflow
        from hepml.cli.terminal import Terminal

        options = {key: _value(model, key, text) for key, text in chosen.items() if text is not None}
        made = workflow.sample(
            name, output, events=events, seed=seed, workers=workers, options=options, progress=Terminal()
        )
        for file in made.files:
            click.echo(f"{file.path}: {file.n_events} {file.process} events")

    for option in reversed(_options(model)):
        command = option(command)
    asked = " --events 10000" if sized else ""
    return click.command(
        name, help=f"{SAMPLES[name].title}.", epilog=f"\b\nExample:\n  hepml sample {name} -o {name}{asked}"
    )(command)


def _options(model: type[Options]) -> list[Any]:
    """Return one click option per field; lists and windows are written with commas: ``--pt-gev 300,400``."""
    made = []
    for key, field in model.model_fields.items():
        default = "" if field.default is None else f"  [default: {_shown(field.default)}]"
        made.append(
            click.option(
                f"--{key.replace('_', '-')}", key, metavar="VALUE", help=f"{field.description or key}{default}"
            )
        )
    return made


def _shown(value: Any) -> str:
    return ",".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)


def _value(model: type[Options], key: str, text: str) -> Any:
    """Return the value of an option; where the default is a list, commas separate, in brackets or not."""
    is_list = isinstance(model.model_fields[key].get_default(call_default_factory=True), list | tuple)
    whole = f"[{text}]" if is_list and not text.lstrip().startswith("[") else text
    return parse_value(whole, f"--{key.replace('_', '-')}")
