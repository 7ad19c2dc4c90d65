"""The hashes that say what made a chunk, and what made a whole dataset."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepml.contracts.manifest import FORMAT
from hepml.processing.plan import Plan
from hepml.processing.processor_file import ProcessorModule
from hepml.recipe import Recipe


def chunk_hash(recipe: Recipe, module: ProcessorModule, options: dict[str, Any]) -> str:
    """Return the hash of all that the rows of a chunk depend on, but for the file itself.

    How to cut files into chunks, to treat bad input, NaN and infinity, and to retry is not part of it: changing that
    goes on with what is there.

    Parameters
    ----------
    recipe : Recipe
        Classes, labels, key and split column count.
    module : ProcessorModule
        Its content counts.
    options : dict
        Of the processor, validated, with defaults.
    """
    return _hash(
        {
            "format": FORMAT,
            "hepml": version("hepml"),
            "processor": module.content_hash,
            "options": options,
            "classes": list(recipe.class_names),
            "labels": {name: spec.label for name, spec in recipe.inputs.items()},
            "event_key": recipe.event_key,
            "split_column": recipe.split.column,
        }
    )


def dataset_hash(made_by: str, recipe: Recipe, plan: Plan) -> str:
    """Return the hash of all that a dataset is made of: its chunks' hash, scales and input files.

    A file counts by its UUID, size and entries, not by its path: moving it changes nothing.
    """
    files = sorted([name, info.tree, info.uuid, info.n_entries, _size(info.path)] for name, info in plan.files)
    scales = {name: [spec.cross_section, spec.weight] for name, spec in recipe.inputs.items()}
    left_out = sorted([file.input, Path(file.path).name] for file in plan.left_out)
    return _hash({"made_by": made_by, "scales": scales, "files": files, "left_out": left_out})


def _size(path: str) -> int | None:
    local = Path(path)
    return local.stat().st_size if local.is_file() else None


def _hash(values: dict[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
