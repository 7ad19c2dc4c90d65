"""`check`: the first file of each input, one chunk of it, and what the whole would be."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from hepml.contracts import Chunk, batch_name
from hepml.errors import InputError
from hepml.io.root import FileInfo, bytes_per_entry, expand_files, inspect_file
from hepml.processing.check_report import CheckReport, InputCheck
from hepml.processing.dataset_sink import DatasetSink
from hepml.processing.processor_file import load_processor_file
from hepml.processing.stored_rows import settings_of
from hepml.processing.trial import Trial, try_chunk
from hepml.recipe import Recipe
from hepml.representations import rebuild

FEW_ENTRIES = 10
"""A chunk that shows what any chunk takes, however small."""
CHECKED_ENTRIES = 5_000
WORKER_BASE_BYTES = 400 * 2**20
"""What a worker process takes before it has read an entry, as measured."""
COPIES_IN_MEMORY = 4
"""How often the columns of a chunk are in memory (read, selected, encoded, packed); measured for jets: 2 to 3."""


def check_recipe(recipe: Recipe) -> CheckReport:
    """Open the first file of each input, process one chunk of it in a temporary folder, and extrapolate.

    Raises
    ------
    RecipeError, ProcessorError, InputError
        What `process` would raise for these chunks.
    """
    module = load_processor_file(recipe.processor.file)
    options = module.options(recipe.processor.options)
    sink = DatasetSink(Path(), "check", settings_of(recipe), recipe.process.nonfinite, skip_allowed=False)
    checks, trials, entry_bytes = [], [], []
    for name, spec in recipe.inputs.items():
        paths = expand_files(spec.files)
        info = inspect_file(paths[0], spec.tree)
        few, many = _chunk(name, info, FEW_ENTRIES), _chunk(name, info, CHECKED_ENTRIES)
        try_chunk(few, module.Processor, options, sink)  # compiles, so the second call is the one to time
        overhead = try_chunk(few, module.Processor, options, sink).seconds
        trial = try_chunk(many, module.Processor, options, sink)
        checks.append(_input_check(recipe, paths, info, trial, overhead))
        trials.append(trial)
        entry_bytes.append(bytes_per_entry(info, trial.branches))
    return _report(recipe, checks, trials, max(entry_bytes))


def _chunk(name: str, info: FileInfo, n: int) -> Chunk:
    if not info.n_entries:
        msg = f"{info.path}: tree {info.tree!r} has no entries: name a file that has, or see inputs.{name}.files"
        raise InputError(msg)
    return Chunk(name, info.path, info.tree, info.uuid, 0, min(n, info.n_entries))


def _input_check(recipe: Recipe, paths: list[str], info: FileInfo, trial: Trial, overhead: float) -> InputCheck:
    """Take all files to be like the first, by size, and each chunk to cost `overhead` seconds and more per entry."""
    chunk, n_rows = trial.record.chunk, int(trial.record.counts.n.sum())
    entries = round(info.n_entries * _files_over_first(paths))
    scale = entries / chunk.n_entries
    n_chunks = max(len(paths), math.ceil(entries / recipe.process.chunk_size))
    return InputCheck(
        name=chunk.input,
        label=recipe.inputs[chunk.input].label,
        n_files=len(paths),
        first_file=info.path,
        n_entries=info.n_entries,
        n_checked=chunk.n_entries,
        n_rows=n_rows,
        cutflow=trial.record.cutflow,
        dropped=trial.record.dropped,
        branches=tuple(sorted(trial.branches)),
        estimated_entries=entries,
        estimated_rows=round(n_rows * scale),
        estimated_bytes=round(trial.bytes_stored * scale),
        estimated_seconds=n_chunks * overhead + scale * max(trial.seconds - overhead, 0.0),
    )


def _files_over_first(paths: list[str]) -> float:
    """Return the size of all files over that of the first; their number where a size is not known."""
    sizes = [Path(path).stat().st_size if Path(path).is_file() else 0 for path in paths]
    return sum(sizes) / sizes[0] if all(sizes) else float(len(paths))


def _report(recipe: Recipe, checks: list[InputCheck], trials: list[Trial], entry_bytes: float) -> CheckReport:
    record = trials[0].record
    arrays = {
        batch_name(name, suffix): spec
        for name, representation in record.representations.items()
        for suffix, spec in rebuild(representation).arrays.items()
    }
    n_rows = sum(check.n_rows for check in checks)
    in_memory = recipe.process.chunk_size * entry_bytes * COPIES_IN_MEMORY
    return CheckReport(
        inputs=tuple(checks),
        classes=recipe.class_names,
        arrays={name: spec.shape for name, spec in arrays.items()},
        spectators=tuple(record.spectators),
        keys=tuple(record.keys),
        stored_bytes_per_row=sum(trial.bytes_stored for trial in trials) / n_rows if n_rows else math.nan,
        dense_bytes_per_row=float(
            sum(math.prod(spec.shape) * np.dtype(spec.dtype).itemsize for spec in arrays.values())
        ),
        worker_memory_bytes=WORKER_BASE_BYTES + round(in_memory),
    )
