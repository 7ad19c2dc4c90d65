"""``predict`` as jobs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from hepml.inference import Friend
from hepml.io.folder import output_errors
from hepml.io.root import expand_files
from hepml.processing import Plan, Sink
from hepml.recipe import Process
from hepml.workflow.condor.order import Order
from hepml.workflow.prediction import INPUT, Prediction, prepare_prediction
from hepml.workflow.processor_copy import PROCESSOR_COPY
from hepml.workflow.progress import Progress

RUN_COPY = "run"
_NOT_NEEDED = ("checkpoints", "learning", ".*")
"""What of a run no score depends on."""


class PredictOrder(Order):
    """A run's friend trees."""

    kind: Literal["friends"] = "friends"

    def __init__(self, work: Prediction) -> None:
        self._work = work

    @classmethod
    def thaw(cls, values: Mapping[str, Any], folder: Path) -> PredictOrder:
        """Make it of `values` and of what was shipped to a folder."""
        settings = {f"process.{key}": value for key, value in values["process"].items()}
        return cls(
            prepare_prediction(
                folder / RUN_COPY,
                values["files"],
                tree=values["tree"],
                processor=folder / PROCESSOR_COPY,
                settings=settings,
                backend=values["backend"],
            )
        )

    @property
    def name(self) -> str:
        """The run."""
        return f"predict {self._work.info.name}"

    @property
    def made_by(self) -> str:
        """Of the run, the processor, the tree and what is left out."""
        return self._work.parts

    @property
    def how(self) -> Process:
        """Of the run's recipe, with what the user changed."""
        return self._work.how

    @property
    def processor(self) -> tuple[type[Any], Any]:
        """Of the processor file."""
        return self._work.module.Processor, self._work.options

    @property
    def inputs(self) -> tuple[str, ...]:
        """One, for all files."""
        return (INPUT,)

    def files(self) -> list[tuple[str, str, str]]:
        """Return the files."""
        return [(INPUT, path, self._work.wanted.tree) for path in expand_files(self._work.wanted.files)]

    def plan(self, *, trust_cache: bool) -> Plan:
        """Return the plan of `predict`."""
        return self._work.plan(trust_cache=trust_cache)

    def sink(self, folder: Path) -> Sink:
        """Return the sink of scores."""
        return self._work.sink(folder)

    def claim(self, output: str | Path) -> Path:
        """Return the folder of the friends."""
        return self._work.claim(output).path

    def begin(self, folder: Path, plan: Plan | None) -> None:  # noqa: ARG002  (friends are written anew each time)
        """Make the folder ready."""
        self._work.begin(self._work.claim(folder))

    def finish(self, folder: Path, plan: Plan, progress: Progress) -> list[Friend]:
        """Write the friends."""
        return self._work.finish(self._work.claim(folder), plan, progress)

    def ship(self, folder: Path) -> tuple[str, ...]:
        """Copy the processor file and what of the run is needed: it may be trained again before the jobs start."""
        with output_errors(folder):
            if self._work.run != (folder / RUN_COPY).resolve():
                shutil.rmtree(folder / RUN_COPY, ignore_errors=True)
                shutil.copytree(self._work.run, folder / RUN_COPY, ignore=shutil.ignore_patterns(*_NOT_NEEDED))
                shutil.copyfile(self._work.module.path, folder / PROCESSOR_COPY)
        return (PROCESSOR_COPY, RUN_COPY)

    def values(self) -> Mapping[str, Any]:
        """Return files, tree, and how files are read."""
        work = self._work
        return {
            "files": work.wanted.files,
            "tree": work.wanted.tree,
            "process": work.how.model_dump(mode="json"),
            "backend": work.backend,
        }
