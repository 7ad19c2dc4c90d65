"""Files → blocks of lumisections that a reconstruction run reads: ntuples by the run's processor, or histograms."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot
from numpy.typing import NDArray

from hepml.contracts import Examples, Representation, batch_name
from hepml.datasets import open_dataset
from hepml.errors import InputError, RunError, nearest
from hepml.inference import LoadedRun
from hepml.inference.map_block import MapBlock
from hepml.io.root import expand_files, reading_errors
from hepml.processing import ProcessorModule, make_plan, process_dataset
from hepml.processing.stream import stream_examples
from hepml.recipe import Input
from hepml.workflow.histogram_blocks import histogram_blocks
from hepml.workflow.processor_copy import processor_of_run

KEYS = ("run", "lumi")


def map_blocks(
    run: LoadedRun, files: Sequence[str | Path], *, block: int, processor: str | Path | None = None
) -> Iterator[MapBlock]:
    """Yield the lumisections of files, about `block` at a time.

    Parameters
    ----------
    run : LoadedRun
        A reconstruction run.
    files : sequence of path
        Parquet files of DQMIO, ROOT files with ``DQMData`` folders, or ntuples with the tree of the training.
    block : int
        Lumisections in memory at once.
    processor : path, optional
        Processor file for ntuples; default: that of the training where it is still there, unchanged.

    Raises
    ------
    InputError
        A file is missing or damaged, or holds a lumisection that another block had.
    RunError, ProcessorError
        The files, or the processor, are not of the kind the run was trained on.
    """
    paths = expand_files([str(file) for file in files])
    ntuples = [path for path in paths if not _holds_histograms(path)]
    others = [path for path in paths if path not in ntuples]
    seen: set[tuple[str, int, int]] = set()
    for some, blocks in ((ntuples, _of_ntuples), (others, histogram_blocks)):
        for found in blocks(run, some, block, processor) if some else ():
            _refuse_twice(found, seen)
            yield found


def _holds_histograms(path: str) -> bool:
    if path.endswith(".parquet"):
        return True
    with reading_errors(path), uproot.open(path) as file:
        return "DQMData" in file.keys(recursive=False, cycle=False)


def _refuse_twice(block: MapBlock, seen: set[tuple[str, int, int]]) -> None:
    for name in block.names:
        for place in zip([name] * len(block.run), block.run.tolist(), block.lumi.tolist(), strict=True):
            if place in seen:
                msg = (
                    f"{name!r} of run {place[1]}, lumisection {place[2]}, comes twice: which of them is right cannot "
                    "be known, so give its files once"
                )
                raise InputError(msg)
            seen.add(place)


def _of_ntuples(run: LoadedRun, paths: Sequence[str], block: int, processor: str | Path | None) -> Iterator[MapBlock]:
    module = processor_of_run(run.folder, run.info.processor, processor)
    options = module.options(run.info.processor.options)
    tree = next(iter(run.recipe.inputs.values())).tree
    plan = make_plan({"scored": Input(files=list(paths), tree=tree)}, chunk_size=block, bad_input="stop")
    for found in stream_examples(plan, module.Processor, options, partial(_of_examples, run)):
        if found is None:
            yield from _of_parts(run, paths, block, module)
            return
        yield found


def _of_examples(run: LoadedRun, examples: Examples) -> MapBlock | None:
    """Return the lumisections of a chunk; None if it need not hold the whole of each."""
    if examples.partial is not None:
        return None
    key = examples.key or {}
    for name in KEYS:
        if name not in key:
            msg = f"{run.folder}: the processor gives no key {name!r}: lumisections are told apart by it"
            raise RunError(msg)
    inputs: dict[str, NDArray[Any]] = {}
    for name, representation in run.representations.items():
        if name not in examples.inputs:
            msg = f"{run.folder}: the processor makes no input {name!r}: {nearest(name, examples.inputs)}"
            raise RunError(msg)
        inputs |= dense_maps(name, representation, examples.inputs[name][1])
    run_of, lumi = (np.asarray(key[name]).astype(np.int64) for name in KEYS)
    return MapBlock(run_of, lumi, inputs, tuple(run.representations))


def dense_maps(name: str, representation: Representation, columns: ak.Array) -> dict[str, NDArray[Any]]:
    """Return the batch arrays of an input."""
    dense: Mapping[str, NDArray[Any]] = representation.decode(representation.encode(columns))
    return {batch_name(name, suffix): values for suffix, values in dense.items()}


def _of_parts(run: LoadedRun, paths: Sequence[str], block: int, module: ProcessorModule) -> Iterator[MapBlock]:
    """Add the parts of lumisections up in a dataset, as `process` does, and read it."""
    first = next(iter(run.recipe.inputs.values()))
    recipe = run.recipe.model_copy(
        update={
            "inputs": {"scored": first.model_copy(update={"files": list(paths)})},
            "processor": run.recipe.processor.model_copy(update={"file": str(module.path)}),
        }
    )
    with tempfile.TemporaryDirectory(prefix="hepml-") as place:
        process_dataset(recipe, Path(place) / "dataset")
        data = open_dataset(Path(place) / "dataset")
        for start in range(0, data.manifest.rows, block):
            rows = np.arange(start, min(start + block, data.manifest.rows))
            keys = data.keys(rows)
            inputs = data.read(rows, inputs=list(run.representations)).inputs
            yield MapBlock(keys["run"], keys["lumi"], inputs, tuple(run.representations))
