"""From the side-cars of all chunks to one dataset, in a fixed order, and the checks that only the whole allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepml.contracts import InputFile, InputSummary, Manifest, ShardInfo
from hepml.errors import DatasetError, InputError, ProcessorError
from hepml.io.folder import output_errors
from hepml.io.histograms import write_histograms
from hepml.io.manifest import write_moments
from hepml.processing.combine import combine_parts
from hepml.processing.digest import add_digests, digest_text
from hepml.processing.plan import Plan
from hepml.processing.side_car import SHARDS, ChunkRecord, SkippedChunk
from hepml.processing.totals import Totals
from hepml.recipe import Input, Recipe, freeze_recipe

MOMENTS = "moments"
HISTOGRAMS = "histograms.root"


def merge(
    folder: Path, plan: Plan, records: Iterable[ChunkRecord | SkippedChunk], recipe: Recipe, *, dataset_hash: str
) -> Manifest:
    """Combine parts of examples, write moments and histograms, remove stray shards, and return the manifest.

    Parameters
    ----------
    folder : Path
        The dataset.
    plan : Plan
        Every entry of it must be accounted for.
    records : iterable of ChunkRecord or SkippedChunk
        In the order of the plan's chunks.
    recipe : Recipe
        Is kept in the manifest.
    dataset_hash : str
        Of what made the dataset.

    Raises
    ------
    InputError
        An input has no example left, a class has none, or all weights are zero.
    ProcessorError
        The processor returned other columns or steps for one chunk than for another, or parts that contradict.
    DatasetError
        Entries are missing.
    OutputError
        Something cannot be written.
    """
    totals = {name: Totals(name, n_classes=len(recipe.class_names)) for name in recipe.inputs}
    first: ChunkRecord | None = None
    for record in records:
        totals[record.chunk.input].add(record, folder)
        if isinstance(record, ChunkRecord):
            first = first or record
            _refuse_difference(first, record)
    files = _files(plan, totals)
    for total in totals.values():
        if first is not None and total.parts:
            combine_parts(folder, total, first)
    summaries = tuple(_summary(totals[name], spec, plan) for name, spec in recipe.inputs.items())
    _refuse_empty_classes(summaries, recipe.class_names)
    assert first is not None  # every input has rows
    _write_sums(folder, totals)
    shards = tuple(sorted((s for total in totals.values() for s in total.shards), key=lambda shard: shard.path))
    _remove_strangers(folder, plan, shards)
    return Manifest(
        hash=dataset_hash,
        digest=digest_text(add_digests(*(total.digest for total in totals.values()))),
        hepml_version=version("hepml"),
        classes=recipe.class_names,
        representations=first.representations,
        spectators=first.spectators,
        keys=first.keys,
        inputs=summaries,
        files=files,
        shards=shards,
        recipe=freeze_recipe(recipe),
    )


def _refuse_difference(first: ChunkRecord, other: ChunkRecord) -> None:
    """Every chunk must have the same columns: shards are read as one table."""
    for part in ("representations", "spectators", "keys", "partial"):
        mine, theirs = getattr(first, part), getattr(other, part)
        if mine != theirs:
            msg = (
                f"the processor returned {part} {_shown(theirs)} for {other.chunk.path} and {_shown(mine)} for "
                f"{first.chunk.path}: return the same, of the same type, for every chunk"
            )
            raise ProcessorError(msg)


def _shown(values: Mapping[str, Any] | None) -> str:
    if values is None:
        return "None"
    return ", ".join(f"{name}: {getattr(value, 'kind', value)}" for name, value in values.items()) or "none"


def _summary(total: Totals, spec: Input, plan: Plan) -> InputSummary:
    """Return the summary of an input, if anything can be done with it."""
    name = total.name
    if not any(info.n_entries for owner, info in plan.files if owner == name):
        msg = f"input {name!r} has no entries to process: check inputs.{name}.files and .tree"
        raise InputError(msg)
    if not total.shards:
        steps = " → ".join(f"{s.name}: {s.n}" for s in total.cutflow.steps) if total.cutflow else "all entries skipped"
        lost = "".join(f", {n} with NaN or inf in {column!r}" for column, n in total.dropped.items())
        msg = f"input {name!r} has no example left ({steps}{lost}): loosen the selection in the processor"
        raise InputError(msg)
    if not total.counts.sum_w2.any():
        n = total.counts.n.sum()
        msg = f"input {name!r}: all {n} weights are zero: check the weight that the processor returns"
        raise InputError(msg)
    return InputSummary(
        name=name,
        label=spec.label,
        cross_section=spec.cross_section,
        factor=spec.weight,
        cutflow=total.cutflow,
        counts=total.counts,
        dropped=dict(total.dropped),
    )


def _refuse_empty_classes(summaries: Sequence[InputSummary], classes: Sequence[str]) -> None:
    n = [sum(int(summary.counts.n[index].sum()) for summary in summaries) for index in range(len(classes))]
    if classes and min(n) == 0:
        found = ", ".join(f"{name}: {count}" for name, count in zip(classes, n, strict=True))
        msg = f"class {classes[n.index(0)]!r} has no example ({found}): give it an input, or take it out of `classes`"
        raise InputError(msg)


def _files(plan: Plan, totals: Mapping[str, Totals]) -> tuple[InputFile, ...]:
    """Account for every file and every entry."""
    accounted = []
    for name, info in plan.files:
        done, skipped = totals[name].n_processed[info.path], totals[name].n_skipped[info.path]
        if done + skipped != info.n_entries:
            msg = (
                f"{info.path}: {info.n_entries} entries were planned, {done} processed and {skipped} skipped: "
                "run `hepml process` again"
            )
            raise DatasetError(msg)
        reasons = tuple(totals[name].reasons.get(info.path, ()))
        accounted.append(InputFile(name, info.path, info.tree, info.uuid, info.n_entries, done, skipped, reasons))
    return (*accounted, *plan.left_out)


def _write_sums(folder: Path, totals: Mapping[str, Totals]) -> None:
    for name, total in totals.items():
        write_moments(folder / MOMENTS / f"{name}.npz", total.moments)
    histograms = {f"{name}/{key}": h for name, total in totals.items() for key, h in total.histograms.items()}
    write_histograms(folder / HISTOGRAMS, histograms)


def _remove_strangers(folder: Path, plan: Plan, shards: Iterable[ShardInfo]) -> None:
    """Remove shards of files that are not, or not so cut, part of the plan: no reader would know them."""
    own = {chunk.name for chunk in plan.chunks}
    own |= {Path(shard.path).relative_to(SHARDS).with_suffix("").as_posix() for shard in shards}
    for path in sorted((folder / SHARDS).glob("*/*")):
        if path.relative_to(folder / SHARDS).with_suffix("").as_posix() not in own:
            with output_errors(path):
                path.unlink()
