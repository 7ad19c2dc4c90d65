"""``hepml sample neutrinos``: neutrino interactions and cosmic muons in a tracking calorimeter or in liquid argon."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from hepml.io.root_writer import TreeWriter
from hepml.samples.blocks import Block, check_request, plan_blocks, share
from hepml.samples.neutrino_block import EVENTS_PER_BLOCK, NeutrinoBlock, make_neutrino_block
from hepml.samples.neutrino_options import NeutrinoProcess, NeutrinoSampleOptions
from hepml.samples.summary import SampleFile, SampleSummary, claim_sample, write_summary
from hepml.samples.workers import map_in_order

RUN_NUMBERS: dict[NeutrinoProcess, int] = {"nc": 1, "numu": 2, "nue": 3, "nutau": 4, "cosmic": 5}

_PACKAGES = ("numba", "numpy")


def sample_neutrinos(
    output: str | Path,
    *,
    events: int,
    seed: int = 1,
    workers: int = 1,
    options: NeutrinoSampleOptions | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Make events of each process as ``<output>/<process>.root``: CC of each flavour, NC, cosmic muons.

    The tree ``Events`` has one event per entry.  Hits are jagged, each cell at most once: ``hit_view``, ``hit_plane``,
    ``hit_cell``, ``hit_pe`` (photoelectrons), ``hit_time_ns`` in the scintillator; ``hit_view``, ``hit_wire``,
    ``hit_tick``, ``hit_adc`` in liquid argon, with the names and the range (adc to 255) of the DUNE tutorial's files.

    Truth: ``flavour`` (0 NC, 1 νμ CC, 2 νe CC, 3 ντ CC, 4 cosmic), ``nu_pdg``, ``interaction`` (0 to 2, 4 to 6, 8 to
    10: QE, RES, DIS of νμ, νe, ντ CC; 13 NC; 14 cosmic), ``mode`` (0 QE, 1 RES, 2 DIS, NC too; −1 cosmic),
    ``nu_energy`` and ``lep_energy`` (GeV; the outgoing neutrino's for NC, the muon's for cosmic), ``inelasticity``,
    ``q2`` (GeV²), ``w`` (GeV), ``vertex_x_cm``, ``vertex_y_cm``, ``vertex_z_cm`` (entry point of a cosmic muon),
    ``n_proton``, ``n_pion`` (charged), ``n_pizero``, ``n_neutron`` of the interaction, ``visible_energy`` (GeV, inside
    the volume, quenching relative to a minimum-ionising particle), and all particles as jagged
    ``particle_{pdg,px,py,pz,energy,mother}`` (GeV; mother is the place in the list, −1 for none).
    ``run`` is fixed per process; ``lumi``, ``event`` and ``generator_weight`` are as in the other samples.

    Parameters
    ----------
    output : str or Path
        Folder for the files.
    events : int
        Events in all, shared equally by the processes.
    seed : int
        The same seed and options give the same events, whatever the number of workers.
    workers : int
        Processes to use.
    options : NeutrinoSampleOptions, optional
        Geometry, processes, energies, noise, …; default: the reference sample.
    progress : callable, optional
        Called with the number of events that were added.

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
    chosen = options or NeutrinoSampleOptions()
    check_request(events=events, n_processes=len(chosen.processes), seed=seed, workers=workers)
    folder = claim_sample(output)
    plan = _plan(chosen, events=events, seed=seed)
    tasks = [block for blocks in plan.values() for block in blocks]
    with closing(map_in_order(partial(make_neutrino_block, options=chosen), tasks, workers=workers)) as made:
        files = [_write(folder, process, islice(made, len(blocks)), progress) for process, blocks in plan.items()]
    summary = SampleSummary(tuple(files), time.monotonic() - start)
    plain = chosen.model_dump(mode="json")
    write_summary(folder, summary, name="neutrinos", seed=seed, options=plain, packages=_PACKAGES)
    return summary


def _plan(options: NeutrinoSampleOptions, *, events: int, seed: int) -> dict[NeutrinoProcess, list[Block]]:
    shares = zip(options.processes, share(events, len(options.processes)), strict=True)
    return {
        process: plan_blocks(process, run=RUN_NUMBERS[process], events=n, block_size=EVENTS_PER_BLOCK, seed=seed)
        for process, n in shares
    }


def _write(
    folder: Path, process: NeutrinoProcess, blocks: Iterator[NeutrinoBlock], progress: Callable[[int], object] | None
) -> SampleFile:
    path = folder / f"{process}.root"
    n_events = 0
    with TreeWriter(path, title=f"{process} events") as writer:
        for block in blocks:
            writer.extend(block.columns)
            n_events += block.n_events
            if progress is not None:
                progress(block.n_events)
    return SampleFile(path, process, n_events, n_events)
