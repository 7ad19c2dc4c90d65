"""``hepml export``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from hepml.cli.arguments import output_option


@click.command(
    epilog="""\b
Examples:
  hepml export out/runs/cnn --format onnx -o cnn.onnx
  hepml export out/runs/cnn --dataset out/dataset -o cnn.onnx
"""
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(["onnx"]), default="onnx", show_default=True, help="Form of the file.")
@click.option("--dataset", type=click.Path(path_type=Path), help="Compare on events of this dataset too.")
@output_option("FILE")
def export(*, run: Path, format: Literal["onnx"], dataset: Path | None, output: Path) -> int:  # noqa: A002
    """Write the networks of RUN as ONNX, one file per seed and fold, each compared with its network event by event."""
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
