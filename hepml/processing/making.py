"""All that is known of a dataset before the first entry is read; how it is begun, and finished."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import pydantic

from hepml.batch.folder import may_have_jobs
from hepml.contracts import Manifest
from hepml.errors import DatasetError, InputError
from hepml.io.folder import claim_folder, output_errors, remove_temporary, write_text_atomic
from hepml.io.manifest import MANIFEST, read_manifest, write_manifest
from hepml.processing.branch_types import refuse_changes
from hepml.processing.dataset_sink import DatasetSink, has_shard
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


@dataclass(frozen=True)
class Making:
    """What is to be made, of which files."""

    recipe: Recipe
    module: ProcessorModule
    options: pydantic.BaseModel
    plan: Plan
    made_by: str

    @property
    def dataset_hash(self) -> str:
        """Hash of all that the dataset is made of."""
        return dataset_hash(self.made_by, self.recipe, self.plan)

    def sink(self, folder: Path) -> DatasetSink:
        """Return the sink of a dataset in `folder`."""
        process = self.recipe.process
        skip_allowed = process.bad_input == "skip"
        return DatasetSink(folder, self.made_by, settings_of(self.recipe), process.nonfinite, skip_allowed)

    def begin(self, folder: Path) -> Manifest | None:
        """Return the manifest if the claimed folder holds just this dataset; else make it ready to take the chunks.

        Raises
        ------
        DatasetError
            It holds a dataset that was made by something else: mixing the two is refused.
        """
        complete = _complete(folder, self.dataset_hash, self.made_by, self.sink(folder))
        if complete is None and not may_have_jobs(folder):
            remove_temporary(folder)
        return complete

    def finish(self, folder: Path) -> Manifest:
        """Merge the chunks, each of which is finished, and write the manifest.

        Raises
        ------
        InputError, ProcessorError, DatasetError, OutputError
            As `merge`.
        """
        sink = self.sink(folder)
        records = (record for record in map(sink.record, self.plan.chunks) if record is not None)
        write_manifest(folder, merge(folder, self.plan, records, self.recipe, dataset_hash=self.dataset_hash))
        remove_temporary(folder)
        return read_manifest(folder)


def claim_dataset(folder: str | Path) -> Path:
    """Return the folder of a dataset, ready to be written.

    Raises
    ------
    OutputError
        It holds something else, or cannot be written.
    """
    return claim_folder(folder, kind="dataset", marker=MANIFEST)


def prepare(
    recipe: Recipe, *, processor: str | Path | None = None, plan: Plan | None = None, trust_cache: bool = False
) -> Making:
    """Load the processor file, validate its options, plan, and check the branches that are read.

    Parameters
    ----------
    recipe : Recipe
        The recipe.
    processor : path, optional
        A copy of the recipe's processor file to be used in its place.
    plan : Plan, optional
        What is known of the inputs already; default: it is made.
    trust_cache : bool
        See `make_plan`.

    Raises
    ------
    RecipeError, ProcessorError, InputError
        Something that the user wrote or gave is wrong.
    """
    module = load_processor_file(processor or recipe.processor.file)
    options = module.options(recipe.processor.options)
    how = recipe.process
    known = plan or make_plan(
        recipe.inputs, chunk_size=how.chunk_size, bad_input=how.bad_input, trust_cache=trust_cache
    )
    making = Making(recipe, module, options, known, chunk_hash(recipe, module, options.model_dump(mode="json")))
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
