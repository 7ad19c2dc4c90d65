"""``hepml sample showers``: electromagnetic showers of electrons and photons in a calorimeter, as cells."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from hepml.io.root_writer import Column, TreeWriter
from hepml.samples.blocks import check_request, plan_blocks, share
from hepml.samples.shower_block import make_shower_block
from hepml.samples.shower_options import ShowerParticle, ShowerSampleOptions
from hepml.samples.summary import SampleFile, SampleSummary, claim_sample, write_summary
from hepml.samples.workers import map_in_order

RUN_NUMBERS: dict[ShowerParticle, int] = {"electron": 1, "photon": 2}

EVENTS_PER_BLOCK = 200
"""Part of what fixes the events: changing it changes every sample.  A fraction of a second of one core."""

_PACKAGES = ("numba", "numpy")


def sample_showers(
    output: str | Path,
    *,
    events: int,
    seed: int = 1,
    workers: int = 1,
    options: ShowerSampleOptions | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Make showers of each particle as ``<output>/<particle>.root``, parametrised as in GFLASH (hep-ex/0001020).

    The tree ``Events`` has one shower per entry.  Cells are jagged, those above the threshold, by layer, row (along y)
    and column (along x): ``cell_layer``, ``cell_row``, ``cell_column``, ``cell_energy`` (GeV, calibrated so that its
    sum is on average the energy inside).

    Truth: ``particle`` (11 electron, 22 photon), ``energy`` (GeV), ``theta`` and ``phi`` (rad, to the depth axis and
    around it), ``impact_x_cm``, ``impact_y_cm``, ``leakage_energy`` (GeV, beside and behind all cells), and the
    electrons whose showers they are: ``electron_energy`` (GeV), ``electron_start_x0``, ``electron_maximum_x0`` (T, from
    the start) and ``electron_alpha``.  A photon flies to where it makes a pair, and is the sum of the showers of the
    two, neither of which has less than 0.1 GeV.

    ``run`` is fixed per particle; ``lumi``, ``event`` and ``generator_weight`` are as in the other samples.

    Parameters
    ----------
    output : str or Path
        Folder for the files.
    events : int
        Showers in all, shared equally by the particles.
    seed : int
        The same seed and options give the same events, whatever the number of workers.
    workers : int
        Processes to use.
    options : ShowerSampleOptions, optional
        Geometry, particles, energies, fluctuations, …; default: the reference sample.
    progress : callable, optional
        Called with the number of showers that were added.

    Returns
    -------
    SampleSummary
        The files; also written to ``<output>/sample.json``.

    Raises
    ------
    RecipeError
        The numbers or options do not fit.
    OutputError
        The folder cannot be written or holds something else.
    WorkerError
        A worker process died.
    """
    start = time.monotonic()
    chosen = options or ShowerSampleOptions()
    check_request(events=events, n_processes=len(chosen.particles), seed=seed, workers=workers)
    folder = claim_sample(output)
    shares = zip(chosen.particles, share(events, len(chosen.particles)), strict=True)
    plan = {
        particle: plan_blocks(particle, run=RUN_NUMBERS[particle], events=n, block_size=EVENTS_PER_BLOCK, seed=seed)
        for particle, n in shares
    }
    tasks = [block for blocks in plan.values() for block in blocks]
    with closing(map_in_order(partial(make_shower_block, options=chosen), tasks, workers=workers)) as made:
        files = [_write(folder, particle, islice(made, len(blocks)), progress) for particle, blocks in plan.items()]
    summary = SampleSummary(tuple(files), time.monotonic() - start)
    plain = chosen.model_dump(mode="json")
    write_summary(folder, summary, name="showers", seed=seed, options=plain, packages=_PACKAGES)
    return summary


def _write(
    folder: Path,
    particle: ShowerParticle,
    blocks: Iterator[dict[str, Column]],
    progress: Callable[[int], object] | None,
) -> SampleFile:
    path = folder / f"{particle}.root"
    n_events = 0
    with TreeWriter(path, title=f"{particle} showers") as writer:
        for columns in blocks:
            writer.extend(columns)
            n_events += len(columns["event"])
            if progress is not None:
                progress(len(columns["event"]))
    return SampleFile(path, particle, n_events, n_events)
