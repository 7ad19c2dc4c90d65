"""Making a dataset: plan, execute, merge; or go on where an earlier call ended."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import pydantic

from hepml.contracts import Manifest
from hepml.errors import DatasetError, InputError
from hepml.io.folder import claim_folder, exclusive, output_errors, remove_temporary, write_text_atomic
from hepml.io.manifest import MANIFEST, read_manifest, write_manifest
from hepml.processing.branch_types import refuse_changes
from hepml.processing.dataset_sink import DatasetSink, has_shard
from hepml.processing.execute import OnProgress, execute
from hepml.processing.executor_choice import ExecutorName
from hepml.processing.made_by import chunk_hash, dataset_hash
from hepml.processing.merge import HISTOGRAMS, MOMENTS, merge
from hepml.processing.plan import Plan, make_plan
from hepml.processing.processor_file import ProcessorModule, load_processor_file
from hepml.processing.side_car import SHARDS
from hepml.processing.stored_rows import settings_of
from hepml.processing.trial import try_chunk
from hepml.recipe import Recipe

MADE_BY = "made_by.json"
"""File with the hash of what makes the chunks, written before the first."""

TRIAL_ENTRIES = 100


def process_dataset(
    recipe: Recipe,
    folder: str | Path,
    *,
    executor: ExecutorName = "iterative",
    workers: int = 1,
    scheduler: str | None = None,
    on_progress: OnProgress | None = None,
) -> Manifest:
    """Turn the ROOT files of a recipe into a dataset.

    A call that was interrupted, even by kill -9, goes on where it ended; a complete dataset is returned at once.

    Parameters
    ----------
    recipe : Recipe
        Inputs, processor, ``event_key``, ``process`` and ``split.column`` are used.
    folder : path
        Of the dataset.
    executor, workers, scheduler
        Who does the work; see `execute`.
    on_progress : callable, optional
        Called with the number of chunks done since the last call, and a note.

    Returns
    -------
    Manifest
        Its `n_skipped` and the inputs' `dropped` say what had to be left out.

    Raises
    ------
    RecipeError, ProcessorError, InputError
        Something that the user wrote or gave is wrong.
    DatasetError
        The folder holds a dataset that was made by something else.
    OutputError
        The folder holds something else, cannot be written, or is being written by another process.
    WorkerError
        Workers were lost again and again, or a scheduler cannot be reached.
    MissingExtraError
        Dask is not installed.
    """
    making = prepare(recipe)
    place = claim_folder(folder, kind="dataset", marker=MANIFEST)
    sink = making.sink(place)
    with exclusive(place, kind="dataset"):
        complete = _complete(place, making.dataset_hash, making.made_by, sink)
        if complete is not None:
            return complete
        remove_temporary(place)
        execute(
            making.plan.chunks,
            making.module.Processor,
            making.options,
            sink,
            executor=executor,
            workers=workers,
            scheduler=scheduler,
            retries=recipe.process.retries,
            bad_input=recipe.process.bad_input,
            on_progress=on_progress,
        )
        records = (record for record in map(sink.record, making.plan.chunks) if record is not None)
        manifest = merge(place, making.plan, records, recipe, dataset_hash=making.dataset_hash)
        write_manifest(place, manifest)
        remove_temporary(place)
        return read_manifest(place)


@dataclass(frozen=True)
class Making:
    """All that is known before the first entry is read."""

    recipe: Recipe
    module: ProcessorModule
    options: pydantic.BaseModel
    plan: Plan
    made_by: str
    dataset_hash: str

    def sink(self, folder: Path) -> DatasetSink:
        """Return the sink of a dataset in `folder`."""
        process = self.recipe.process
        skip_allowed = process.bad_input == "skip"
        return DatasetSink(folder, self.made_by, settings_of(self.recipe), process.nonfinite, skip_allowed)


def prepare(recipe: Recipe) -> Making:
    """Load the processor file, validate its options, plan, and check the branches that are read.

    Raises
    ------
    RecipeError, ProcessorError, InputError
        Something that the user wrote or gave is wrong.
    """
    module = load_processor_file(recipe.processor.file)
    options = module.options(recipe.processor.options)
    plan = make_plan(recipe.inputs, chunk_size=recipe.process.chunk_size, bad_input=recipe.process.bad_input)
    made_by = chunk_hash(recipe, module, options.model_dump(mode="json"))
    making = Making(recipe, module, options, plan, made_by, dataset_hash(made_by, recipe, plan))
    _check_types(making)
    return making


def _check_types(making: Making) -> None:
    """Refuse files of different types; which branches count is found out on a few entries, and only if need be."""
    tried: set[str] = set()
    for chunk in making.plan.chunks if making.plan.changes else ():
        if chunk.n_entries and chunk.input not in tried:
            few = dataclasses.replace(chunk, stop=min(chunk.stop, chunk.start + TRIAL_ENTRIES))
            try:
                trial = try_chunk(few, making.module.Processor, making.options, making.sink(Path()))
            except InputError:
                continue  # `execute` will say so, or skip it
            refuse_changes(making.plan.changes, trial.branches)
            tried.add(chunk.input)


def _complete(folder: Path, whole: str, made_by: str, sink: DatasetSink) -> Manifest | None:
    """Return the manifest if the dataset is what was asked for; None if something is left to do.

    Raises
    ------
    DatasetError
        It was made by something else: mixing the two is refused.
    """
    marker = folder / MADE_BY
    if marker.exists():
        _refuse_other(folder, marker, made_by)
    write_text_atomic(marker, json.dumps({"made_by": made_by}) + "\n")
    if not (folder / MANIFEST).exists():
        return None
    manifest = read_manifest(folder)
    if manifest.hash != whole and not manifest.n_skipped:
        msg = f"{folder}: holds a dataset of other files or cross-sections: choose another folder, or remove this one"
        raise DatasetError(msg)
    may_skip = sink.skip_allowed or not manifest.n_skipped
    may_drop = sink.nonfinite == "drop" or not any(summary.dropped for summary in manifest.inputs)
    if manifest.hash == whole and may_skip and may_drop and _is_whole(folder, manifest):
        return manifest
    with output_errors(folder / MANIFEST):
        (folder / MANIFEST).unlink()
    return None


def _is_whole(folder: Path, manifest: Manifest) -> bool:
    """Return whether all files of a dataset are there; a reader that misses one sends the user here."""
    sums = [folder / HISTOGRAMS, *(folder / MOMENTS / f"{summary.name}.npz" for summary in manifest.inputs)]
    return all(path.is_file() for path in sums) and all(has_shard(folder, shard) for shard in manifest.shards)


def _refuse_other(folder: Path, marker: Path, made_by: str) -> None:
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))["made_by"]
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if found != made_by and any((folder / SHARDS).glob("*/*.json")):
        msg = (
            f"{folder}: holds a dataset that another processor file, recipe or version of hepml made: "
            "choose another folder, or remove this one"
        )
        raise DatasetError(msg)
