"""``hepml sample jets``: W, QCD and top jets of Pythia 8, one ROOT file per process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from hepml.io.root_writer import TreeWriter
from hepml.samples.blocks import Block, check_request, plan_blocks, share
from hepml.samples.extras import import_generator
from hepml.samples.jet_block import JetBlock, make_jet_block
from hepml.samples.jet_options import JetProcess, JetSampleOptions
from hepml.samples.summary import SampleFile, SampleSummary, claim_sample, write_summary
from hepml.samples.workers import map_in_order

JETS_PER_BLOCK = 500
"""Part of what fixes the events: changing it changes every sample.  About 5 s of one core."""

RUN_NUMBERS: dict[JetProcess, int] = {"w": 1, "qcd": 2, "top": 3}

_PACKAGES = ("pythia8mc", "fastjet")


def sample_jets(
    output: str | Path,
    *,
    events: int,
    seed: int = 1,
    workers: int = 1,
    options: JetSampleOptions | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Make jets of each process, with their constituents, as ``<output>/<process>.root``.

    The tree ``Events`` has one jet per entry: ``jet_pt``, ``jet_eta``, ``jet_phi``, ``jet_mass`` (float32; GeV, rad),
    its constituents by falling pT as jagged ``part_pt``, ``part_eta``, ``part_phi``, ``part_energy`` (float32; GeV,
    rad), ``part_charge`` (in e) and ``part_pdgid`` (int32) with the counter ``npart``, the event's ``run`` (fixed per
    process), ``lumi`` and ``event`` and its ``generator_weight``.  The jet is the leading one of the event before
    trimming, and the sum of its constituents; φ is in (−π, π].

    Parameters
    ----------
    output : str or Path
        Folder for the files.
    events : int
        Accepted jets in all, shared equally by the processes.
    seed : int
        The same seed and options give the same jets, whatever the number of workers.
    workers : int
        Processes to use.
    options : JetSampleOptions, optional
        Processes, windows, trimming, …; default: the reference sample.
    progress : callable, optional
        Called with the number of jets that were added.

    Returns
    -------
    SampleSummary
        The files; also written to ``<output>/sample.json``.

    Raises
    ------
    RecipeError
        The numbers or options do not fit, or no jet passes the windows.
    MissingExtraError
        Pythia or FastJet is not installed.
    OutputError
        The folder cannot be written or holds something else.
    WorkerError
        A worker process died.
    """
    start = time.monotonic()
    chosen = options or JetSampleOptions()
    check_request(events=events, n_processes=len(chosen.processes), seed=seed, workers=workers)
    for package in _PACKAGES:
        import_generator(package)
    folder = claim_sample(output)
    plan = _plan(chosen, events=events, seed=seed)
    tasks = [block for blocks in plan.values() for block in blocks]
    with closing(map_in_order(partial(make_jet_block, options=chosen), tasks, workers=workers)) as made:
        files = [_write(folder, process, islice(made, len(blocks)), progress) for process, blocks in plan.items()]
    summary = SampleSummary(tuple(files), time.monotonic() - start)
    plain = chosen.model_dump(mode="json")
    write_summary(folder, summary, name="jets", seed=seed, options=plain, packages=_PACKAGES)
    return summary


def _plan(options: JetSampleOptions, *, events: int, seed: int) -> dict[JetProcess, list[Block]]:
    shares = zip(options.processes, share(events, len(options.processes)), strict=True)
    return {
        process: plan_blocks(process, run=RUN_NUMBERS[process], events=n, block_size=JETS_PER_BLOCK, seed=seed)
        for process, n in shares
    }


def _write(
    folder: Path, process: JetProcess, blocks: Iterator[JetBlock], progress: Callable[[int], object] | None
) -> SampleFile:
    path = folder / f"{process}.root"
    n_events = n_generated = n_passed = 0
    generated_pb = 0.0
    with TreeWriter(path, title=f"{process} jets") as writer:
        for block in blocks:
            writer.extend(block.columns)
            n_events += block.n_events
            n_generated += block.n_generated
            n_passed += block.n_passed
            generated_pb += block.n_generated * block.cross_section_pb
            if progress is not None:
                progress(block.n_events)
    accepted_pb = generated_pb * n_passed / n_generated**2
    return SampleFile(path, process, n_events, n_generated, accepted_pb)
