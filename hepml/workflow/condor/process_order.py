"""``process`` as jobs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from hepml.contracts import Manifest
from hepml.io.folder import output_errors, write_bytes_atomic
from hepml.io.root import expand_files
from hepml.processing import Plan, Sink
from hepml.processing.making import Making, claim_dataset, prepare
from hepml.recipe import Process, Recipe, freeze_recipe, thaw_recipe
from hepml.workflow.condor.order import Order
from hepml.workflow.processor_copy import PROCESSOR_COPY
from hepml.workflow.progress import Progress


class ProcessOrder(Order):
    """A recipe's dataset.

    Parameters
    ----------
    recipe : Recipe
        The recipe.
    processor : path, optional
        A copy of its processor file.
    """

    kind: Literal["dataset"] = "dataset"

    def __init__(self, recipe: Recipe, processor: Path | None = None) -> None:
        self.recipe, self._processor = recipe, processor

    @classmethod
    def thaw(cls, values: Mapping[str, Any], folder: Path) -> ProcessOrder:
        """Make it of `values` and of what was shipped to a folder."""
        return cls(thaw_recipe(values["recipe"], source=str(folder)), folder / PROCESSOR_COPY)

    @cached_property
    def _bare(self) -> Making:
        """All but the files."""
        return self._making(Plan((), self.how.chunk_size))

    def _making(self, plan: Plan | None = None, *, trust_cache: bool = False) -> Making:
        return prepare(self.recipe, processor=self._processor, plan=plan, trust_cache=trust_cache)

    @property
    def name(self) -> str:
        """The inputs."""
        return f"process {', '.join(self.recipe.inputs)}"

    @property
    def made_by(self) -> str:
        """Of processor, options, classes, labels, key and version."""
        return self._bare.made_by

    @property
    def how(self) -> Process:
        """Of the recipe."""
        return self.recipe.process

    @property
    def processor(self) -> tuple[type[Any], Any]:
        """Of the processor file."""
        return self._bare.module.Processor, self._bare.options

    @property
    def inputs(self) -> tuple[str, ...]:
        """Of the recipe."""
        return tuple(self.recipe.inputs)

    def files(self) -> list[tuple[str, str, str]]:
        """Return the files of all inputs."""
        inputs = self.recipe.inputs.items()
        return [(name, path, spec.tree) for name, spec in inputs for path in expand_files(spec.files)]

    def plan(self, *, trust_cache: bool) -> Plan:
        """Return the plan of `process`."""
        return self._making(trust_cache=trust_cache).plan

    def sink(self, folder: Path) -> Sink:
        """Return a dataset's sink."""
        return self._bare.sink(folder)

    def claim(self, output: str | Path) -> Path:
        """Return the folder of the dataset."""
        return claim_dataset(output)

    def begin(self, folder: Path, plan: Plan | None) -> Manifest | None:
        """Return the manifest of a complete dataset."""
        return (self._bare if plan is None else self._making(plan)).begin(folder)

    def finish(self, folder: Path, plan: Plan, progress: Progress) -> Manifest:
        """Merge the chunks."""
        with progress.step("merge", None):
            manifest = self._making(plan).finish(folder)
            write_bytes_atomic(folder / PROCESSOR_COPY, Path(self._bare.module.path).read_bytes())
        return manifest

    def ship(self, folder: Path) -> tuple[str, ...]:
        """Copy the processor file."""
        source = Path(self._bare.module.path)
        with output_errors(folder / PROCESSOR_COPY):
            if source != (folder / PROCESSOR_COPY).resolve():
                shutil.copyfile(source, folder / PROCESSOR_COPY)
        return (PROCESSOR_COPY,)

    def values(self) -> Mapping[str, Any]:
        """Return the recipe."""
        return {"recipe": freeze_recipe(self.recipe)}
