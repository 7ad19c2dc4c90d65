"""``hepml sample flavour``: b, c and light jets of Pythia 8 with the impact parameters of their tracks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from hepml.io.root_writer import TreeWriter
from hepml.samples.blocks import check_request, plan_blocks, share
from hepml.samples.extras import import_generator
from hepml.samples.flavour_block import FlavourBlock, make_flavour_block
from hepml.samples.flavour_options import FLAVOUR_CODES, FlavourSampleOptions
from hepml.samples.summary import SampleFile, SampleSummary, claim_sample, write_summary
from hepml.samples.workers import map_in_order

JETS_PER_BLOCK = 2000
"""Part of what fixes the events: changing it changes every sample.  About 5 s of one core."""

_PACKAGES = ("pythia8mc", "fastjet", "numba", "numpy")


def sample_flavour(
    output: str | Path,
    *,
    events: int,
    seed: int = 1,
    workers: int = 1,
    options: FlavourSampleOptions | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Make jets of each flavour, with their tracks, as ``<output>/<flavour>.root``.

    The jets are those of hard QCD processes, bb̄, cc̄, or light quarks and gluons: of the two of highest pT in each
    event, those that have the flavour (see `jet_flavour`).  Each bin of log pT has as many jets of each flavour, so
    that spectra agree and pT by itself says nothing.

    The tree ``Events`` has one jet per entry: ``jet_pt``, ``jet_eta``, ``jet_phi``, ``jet_mass`` (float32; GeV, rad) of
    all visible particles, without neutrinos; ``flavour`` (5, 4 or 0), ``hadron_pt`` (GeV) and ``hadron_lxy`` (mm,
    transverse flight) of the hadron that names it; its tracks by falling pT as jagged ``track_pt``, ``track_eta``,
    ``track_phi``, ``track_d0``, ``track_z0``, ``track_d0_error``, ``track_z0_error`` (float32; mm), ``track_charge``
    and ``track_origin`` (0 nothing that flies, 1 a b hadron, 2 a c hadron of a b hadron, 3 another c hadron, 4 strange
    hadrons).  d0 has the geometrical sign: the closest approach, seen from the reconstructed vertex, is at
    d0 · (−sin φ, cos φ).  ``run`` is the code of the flavour, plus 1; ``lumi`` and ``event`` number its events.

    Parameters
    ----------
    output : str or Path
        Folder for the files.
    events : int
        Accepted jets in all, shared equally by the flavours.
    seed : int
        The same seed and options give the same jets, whatever the number of workers.
    workers : int
        Processes to use.
    options : FlavourSampleOptions, optional
        Flavours, windows, resolutions, …; default: the reference sample.
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
    chosen = options or FlavourSampleOptions()
    check_request(events=events, n_processes=len(chosen.flavours), seed=seed, workers=workers)
    for package in _PACKAGES[:2]:
        import_generator(package)
    folder = claim_sample(output)
    shares = zip(chosen.flavours, share(events, len(chosen.flavours)), strict=True)
    plan = {
        flavour: plan_blocks(flavour, run=FLAVOUR_CODES[flavour] + 1, events=n, block_size=JETS_PER_BLOCK, seed=seed)
        for flavour, n in shares
    }
    tasks = [block for blocks in plan.values() for block in blocks]
    with closing(map_in_order(partial(make_flavour_block, options=chosen), tasks, workers=workers)) as made:
        files = [_write(folder, flavour, islice(made, len(blocks)), progress) for flavour, blocks in plan.items()]
    summary = SampleSummary(tuple(files), time.monotonic() - start)
    plain = chosen.model_dump(mode="json")
    write_summary(folder, summary, name="flavour", seed=seed, options=plain, packages=_PACKAGES)
    return summary


def _write(
    folder: Path, flavour: str, blocks: Iterator[FlavourBlock], progress: Callable[[int], object] | None
) -> SampleFile:
    path = folder / f"{flavour}.root"
    n_events = n_generated = 0
    with TreeWriter(path, title=f"{flavour} jets") as writer:
        for block in blocks:
            writer.extend(block.columns)
            n_events += block.n_events
            n_generated += block.n_generated
            if progress is not None:
                progress(block.n_events)
    return SampleFile(path, flavour, n_events, n_generated)
