"""``hepml export``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click


@click.command(
    epilog="""\b
Examples:
  hepml export out/runs/cnn                                    # for hepml.Scorer(run, backend="onnx")
  hepml export out/runs/bdt --dataset out/dataset -o bdt.onnx  # for code without Python
"""
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(["onnx"]), default="onnx", show_default=True, help="Form of the file.")
@click.option("--dataset", type=click.Path(path_type=Path), help="Compare on events of this dataset too.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Default: RUN/onnx/MEMBER.onnx.",
)
def export(*, run: Path, format: Literal["onnx"], dataset: Path | None, output: Path | None) -> int:  # noqa: A002
    """Write the models of RUN as ONNX, one file per seed and fold, each compared with its model event by event."""
    from hepml import workflow
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal

    console = output_console()
    for model in workflow.export(run, output, format=format, dataset=dataset, progress=Terminal()):
        console.print(
            f"{model.path}: {model.member}, {model.n_events} events compared, "
            f"largest difference {model.largest_difference:.1e}"
        )
    return 0
