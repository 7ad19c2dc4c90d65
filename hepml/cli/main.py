"""The group of commands; each is imported only when it is called."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from importlib import import_module, metadata

import click

from hepml.cli.interrupts import kept_interrupts
from hepml.errors import HepmlError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "sample": ("hepml.cli.sample:sample", "Make a built-in physics sample as ROOT ntuples."),
    "check": ("hepml.cli.check:check", "Open the first files, run one chunk, say what would be made."),
    "process": ("hepml.cli.process:process", "Turn ROOT ntuples into a dataset."),
    "train": ("hepml.cli.train:train", "Train one model of the recipe on a dataset."),
    "evaluate": ("hepml.cli.evaluate:evaluate", "Judge runs on the same dataset: metrics, plots, report."),
    "predict": ("hepml.cli.predict:predict", "Write scores of a run as friend trees."),
    "generate": ("hepml.cli.generate:generate", "Write examples that a generative run makes, as an ntuple."),
    "flag": ("hepml.cli.flag:flag", "Flag the lumisections of files: golden JSON and dashboard."),
    "export": ("hepml.cli.export:export", "Write the networks of a run as ONNX."),
    "run": ("hepml.cli.run:run", "process + train all models + evaluate."),
    "condor": ("hepml.cli.condor:condor", "process and predict as HTCondor jobs."),
    "status": ("hepml.cli.status:status", "Show the accounting of a dataset."),
    "recipe": ("hepml.cli.recipe:recipe", "About recipes: their JSON schema."),
    "demo": ("hepml.cli.demo:demo", "A worked example, small enough for a laptop."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is called, so that ``--help`` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            msg = f"{module}:{name} is not a command"
            raise TypeError(msg)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    epilog="""\b
Examples:
  hepml demo jets -o demo
  hepml run recipe.yaml -o out --workers 4
  hepml predict out/runs/cnn data/*.root -o scores
""",
)
@click.version_option(metadata.version("hepml"), prog_name="hepml")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def commands(*, debug: bool) -> None:  # `main` takes --debug out of the line; it stands here for --help
    """From ROOT ntuples to trained networks, ROC curves with honest uncertainties and scores back in ROOT."""


def main() -> None:
    """Run the command line.

    Exit status: 0 done; 1 the input or the recipe is wrong (one line on stderr); 2 usage; 3 finished, but some input
    was left out where the user allowed it; 4 lumisections are bad (`flag --fail-on-bad`); 130 interrupted.
    """
    # Threads of trees that wait must not spin: where cores are shared, each tree would cost its others a time slice.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1  # taken anywhere on the line, whatever the command
    with warnings.catch_warnings(), kept_interrupts():
        if not debug:
            warnings.simplefilter("ignore")
            warnings.filterwarnings("always", module=r"hepml\b")
            # What uproot was about to read when it was interrupted.
            warnings.filterwarnings("ignore", message="coroutine .* was never awaited")
            warnings.showwarning = lambda message, *_: click.echo(f"hepml: warning: {message}", err=True)
        sys.exit(_status(arguments, debug=debug))


def _status(arguments: list[str], *, debug: bool) -> int:
    """Run a command and return the exit status; with `debug`, let errors through."""
    try:
        status = commands.main(arguments, prog_name="hepml", standalone_mode=False)
    except HepmlError as problem:
        if debug:
            raise
        return _complain(str(problem))
    except click.ClickException as problem:
        problem.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("hepml: interrupted: the same command goes on from here", err=True)
        return 130
    except BrokenPipeError:  # whoever read our output has had enough of it
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  (for the flush at exit)
        return 1
    except OSError as problem:
        if debug:
            raise
        return _complain(f"{problem}: check the disk and your permissions, or see with --debug where it happened")
    return status if isinstance(status, int) else 0


def _complain(message: str) -> int:
    click.secho(f"hepml: error: {' '.join(message.split())}", err=True, fg="red")
    return 1
