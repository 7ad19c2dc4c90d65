"""``hepml predict``."""

from __future__ import annotations

from pathlib import Path

import click

from hepml.cli.arguments import (
    Backend,
    Cluster,
    Executor,
    backend_option,
    executor_options,
    output_option,
    read_settings,
    settings_option,
)


@click.command(
    epilog="""\b
Examples:
  hepml predict run_cnn data/*.root -o scores
  hepml predict run_cnn data/*.root -o scores --set process.bad_input=skip --workers 4
  hepml export run_cnn; hepml predict run_cnn data/*.root -o scores --backend onnx
In ROOT:
  events->AddFriend("cnn = Friends", "scores/data_friend.root"); events->Draw("cnn.cnn_score", "cnn.selected");
"""
)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--tree", default=None, help="Tree to read; default: that of the run's recipe.")
@click.option(
    "--processor",
    type=click.Path(path_type=Path),
    help="Processor file, where the one the run was trained with has moved (the run keeps a copy).",
)
@backend_option
@settings_option("Replace a value of `process` in the run's recipe, e.g. process.bad_input=skip.")
@executor_options
@output_option("DIR")
def predict(
    *,
    run: Path,
    files: tuple[str, ...],
    tree: str | None,
    processor: Path | None,
    backend: Backend,
    settings: tuple[str, ...],
    executor: Executor | None,
    workers: int,
    scheduler: str | None,
    cluster: Cluster | None,
    site: Path | None,
    output: Path,
) -> int:
    """Write the scores of RUN for every FILE as a friend tree, one output file per input."""
    from hepml import workflow
    from hepml.cli import left_out
    from hepml.cli.output import output_console
    from hepml.cli.terminal import Terminal
    from hepml.reports.tables import print_friends

    friends = workflow.predict(
        run,
        files,
        output,
        tree=tree,
        processor=processor,
        settings=read_settings(settings),
        backend=backend,
        executor=executor,
        workers=workers,
        scheduler=scheduler,
        cluster=cluster,
        site=site,
        progress=Terminal(),
    )
    print_friends(friends, console=output_console())
    return left_out.report(left_out.of_friends(friends))
