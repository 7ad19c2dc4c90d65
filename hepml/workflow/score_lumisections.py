"""Files → what a reconstruction run says of their lumisections, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hepml.contracts import ScoredHistograms
from hepml.inference import LoadedRun
from hepml.inference.score_maps import reconstruction_options, score_block
from hepml.workflow.map_blocks import map_blocks

BLOCK_LUMISECTIONS = 128
"""Lumisections in memory at once: some dozen megabytes of maps of 200 × 300 cells."""


def score_lumisections(
    run: LoadedRun,
    files: Sequence[str | Path],
    *,
    block: int = BLOCK_LUMISECTIONS,
    processor: str | Path | None = None,
) -> Iterator[ScoredHistograms]:
    """Yield scores, maps and marked cells of the lumisections of files, one monitored map and block at a time.

    Memory is bounded by the block.  A map whose exposure is not known is compared with what is expected for its sum of
    counts, and one of a whole run has the lumisection `WHOLE_RUN`.

    Parameters
    ----------
    run : LoadedRun
        A reconstruction run: of `load_run`.
    files : sequence of path
        Ntuples with the tree of the training, DQMIO (``.parquet``) or ROOT files with ``DQMData`` folders; globs too.
    block : int
        Lumisections in memory at once, about: ntuples are cut into pieces of equal size.
    processor : path, optional
        Processor file for ntuples; default: that of the training where it is still there, unchanged.

    Raises
    ------
    InputError
        A file is missing or damaged, lacks a map, or a lumisection comes twice; names it.
    ShapeError
        A map holds no counts (NaN, weights), or has a binning other than trained on.
    RunError, ProcessorError
        The run has learnt another task, or does not fit the files.
    """
    reconstruction_options(run)
    for found in map_blocks(run, files, block=block, processor=processor):
        yield from score_block(run, found)
