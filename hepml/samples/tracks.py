"""``hepml sample tracks``: straight lines in layers of pixels, or helices in a barrel tracker, as hits."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

from hepml.io.root_writer import Column, TreeWriter
from hepml.samples.barrel_block import make_barrel_block
from hepml.samples.blocks import Block, check_request, plan_blocks
from hepml.samples.summary import SampleFile, SampleSummary, claim_sample, write_summary
from hepml.samples.toy_tracks import make_toy_block
from hepml.samples.track_options import TrackDetector, TrackSampleOptions
from hepml.samples.workers import map_in_order

RUN_NUMBERS: dict[TrackDetector, int] = {"toy": 1, "barrel": 2}

EVENTS_PER_BLOCK = 200
"""Part of what fixes the events: changing it changes every sample.  A fraction of a second of one core."""

_PACKAGES = ("numba", "numpy")


def sample_tracks(
    output: str | Path,
    *,
    events: int,
    seed: int = 1,
    workers: int = 1,
    options: TrackSampleOptions | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Make events of one detector as ``<output>/<detector>.root``.

    The tree ``Events`` has one event per entry.  Toy: the pixels that are on, each once, by layer and pixel:
    ``hit_layer``, ``hit_pixel``, ``hit_track`` (0 the signal track, 1, 2, … background, −1 noise; where several share a
    pixel, the lowest track); ``track_intercept`` and ``track_slope`` of the lines: pixel ``int(slope · layer +
    intercept)``.  The signal has a hit on every layer; the seed layers hold nothing else.

    Barrel: hits by layer and φ: ``hit_layer``, ``hit_r_cm``, ``hit_phi``, ``hit_z_cm`` as measured, ``hit_particle``
    (place in the list of particles; −1 noise), ``hit_true_phi``, ``hit_true_z_cm`` (NaN for noise).  Truth:
    ``particle_{pdg,charge,pt,eta,phi,d0_cm,z0_cm,n_hits}`` (pions; GeV) where they come closest to the z axis:
    (−d0 sin φ, d0 cos φ, z0).  The field is along +z; energy loss, decays and returning loops are left out.

    ``run`` is fixed per detector; ``lumi``, ``event`` and ``generator_weight`` are as in the other samples.

    Parameters
    ----------
    output : str or Path
        Folder for the file.
    events : int
        Events in all.
    seed : int
        The same seed and options give the same events, whatever the number of workers.
    workers : int
        Processes to use.
    options : TrackSampleOptions, optional
        Detector, layers, noise, …; default: the toy with 20% noise.
    progress : callable, optional
        Called with the number of events that were added.

    Returns
    -------
    SampleSummary
        The file; also written to ``<output>/sample.json``.

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
    chosen = options or TrackSampleOptions()
    check_request(events=events, n_processes=1, seed=seed, workers=workers)
    folder = claim_sample(output)
    detector = chosen.detector
    blocks = plan_blocks(detector, run=RUN_NUMBERS[detector], events=events, block_size=EVENTS_PER_BLOCK, seed=seed)
    path = folder / f"{detector}.root"
    made = map_in_order(partial(make_track_block, options=chosen), blocks, workers=workers)
    with closing(made), TreeWriter(path, title=f"tracks in the {detector} detector") as writer:
        for columns in made:
            writer.extend(columns)
            if progress is not None:
                progress(len(columns["event"]))
    summary = SampleSummary((SampleFile(path, detector, events, events),), time.monotonic() - start)
    plain = chosen.model_dump(mode="json")
    write_summary(folder, summary, name="tracks", seed=seed, options=plain, packages=_PACKAGES)
    return summary


def make_track_block(block: Block, *, options: TrackSampleOptions) -> dict[str, Column]:
    """Make one block; the result depends on the arguments alone, and fewer events are the first of more."""
    make = make_toy_block if options.detector == "toy" else make_barrel_block
    return _keys(block) | make(block, options=options)


def _keys(block: Block) -> dict[str, Column]:
    return {
        "run": np.full(block.n, block.run, dtype=np.int32),
        "lumi": np.full(block.n, block.index + 1, dtype=np.uint32),
        "event": np.arange(block.first_event, block.first_event + block.n, dtype=np.int64),
        "generator_weight": np.ones(block.n, dtype=np.float32),
    }
