"""All that is known of a prediction before the first entry is read; how its friend trees are begun, and finished."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic

from hepml.batch.folder import may_have_jobs
from hepml.errors import RecipeError, RunError, nearest
from hepml.inference import Backend, Friend, read_run_info, require_onnx_files
from hepml.inference.friend_folder import FriendFolder, claim_friends
from hepml.inference.friend_tree import write_friend
from hepml.inference.run_info import RunInfo
from hepml.inference.score_sink import ScoreSink
from hepml.io.folder import remove_temporary
from hepml.options import validate_options
from hepml.processing import Plan, ProcessorModule, make_plan
from hepml.recipe import Input, Process, Recipe, thaw_recipe
from hepml.workflow.processor_copy import processor_of_run
from hepml.workflow.progress import Progress
from hepml.workflow.run_identity import run_identity, short_hash

_PREFIX = "process."
INPUT = "predict"
"""Name under which the files are planned."""


@dataclass(frozen=True)
class Prediction:
    """A run, and the files that it is to be applied to.

    Attributes
    ----------
    run : Path
        Folder of the run.
    info : RunInfo
        What it knows about itself.
    module : ProcessorModule
        The processor file, and `options` for it.
    how : Process
        How files are read.
    wanted : Input
        Files and tree.
    backend : {"native", "onnx"}
        What computes the scores; see `load_run`.
    """

    run: Path
    info: RunInfo
    module: ProcessorModule
    options: pydantic.BaseModel
    how: Process
    wanted: Input
    backend: Backend = "native"

    def plan(self, *, trust_cache: bool = False) -> Plan:
        """Return what is to be read; see `make_plan`.

        Raises
        ------
        InputError
            A file cannot be read, or comes twice.
        """
        how = self.how
        return make_plan(
            {INPUT: self.wanted}, chunk_size=how.chunk_size, bad_input=how.bad_input, trust_cache=trust_cache
        )

    @property
    def identity(self) -> str:
        """Hash of all that scores depend on: how a run is evaluated, and by which versions, is not part of it."""
        return run_identity(self.info, backend=self.backend)

    @property
    def parts(self) -> str:
        """Name of the folder that holds scores of chunks until friends are written; another for all they depend on."""
        how = self.how
        depends_on = [self.identity, self.module.content_hash, self.wanted.tree, how.bad_input, how.nonfinite]
        return f".parts-{short_hash(json.dumps(depends_on))}"

    def sink(self, folder: Path) -> ScoreSink:
        """Return the sink of the friends in `folder`."""
        return ScoreSink(str(self.run), str(folder / self.parts), self.how.nonfinite, self.backend)

    def claim(self, output: str | Path) -> FriendFolder:
        """Return the folder of the friends.

        Raises
        ------
        OutputError
            It holds something else, or cannot be written.
        """
        return claim_friends(output, run=self.identity)

    def begin(self, folder: FriendFolder) -> None:
        """Make the folder ready to take the scores of chunks."""
        if not may_have_jobs(folder.path):
            remove_temporary(folder.path)

    def finish(self, folder: FriendFolder, plan: Plan, progress: Progress) -> list[Friend]:
        """Write the friends of all files from the scores of their chunks, each of which is finished.

        Raises
        ------
        DatasetError, RunError, ShapeError, OutputError
            As `write_friend`.
        """
        sink = self.sink(folder.path)
        friends = [Friend(file.path, "", 0, 0, 1, file.reasons) for file in plan.left_out]
        scores: dict[str, list[Path]] = {info.path: [] for _, info in plan.files}
        for chunk in plan.cut():  # sorted by entry within a file
            scores[chunk.path].append(sink.path(chunk))
        paths = folder.paths(list(scores))
        with progress.step("write", len(scores)) as bar:
            for (_, info), path in zip(plan.files, paths, strict=True):
                chunks = scores[info.path]
                friends.append(write_friend(path, info.path, chunks, n_entries=info.n_entries, info=self.info))
                bar.advance(1, note=path.name)
        folder.record(friends)
        remove_temporary(folder.path)
        shutil.rmtree(folder.path / self.parts, ignore_errors=True)
        return friends


def prepare_prediction(
    run: str | Path,
    files: Sequence[str | Path],
    *,
    tree: str | None = None,
    processor: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    backend: Backend = "native",
) -> Prediction:
    """Load what is needed to apply a run; the files are not opened yet.  Parameters are those of `predict`.

    Raises
    ------
    RecipeError, RunError, ProcessorError, MissingExtraError
        Something that the user wrote or gave is wrong, or is not there.
    """
    place = Path(run).expanduser().resolve()
    info = read_run_info(place)
    _refuse_what_has_no_friends(place, info)
    if backend == "onnx":
        require_onnx_files(place, info)
    recipe = thaw_recipe(info.recipe, source=str(place))
    how = _process_options(recipe, settings or {})
    module = processor_of_run(place, info.processor, processor)
    wanted = Input(files=[str(file) for file in files], tree=tree or next(iter(recipe.inputs.values())).tree)
    return Prediction(place, info, module, module.options(info.processor.options), how, wanted, backend)


def _refuse_what_has_no_friends(place: Path, info: RunInfo) -> None:
    """Refuse runs that have no number of an event or object to write."""
    if info.task.kind == "reconstruction":
        msg = f"{place}: the run expects maps of counts, which have no friend tree: score lumisections by `hepml flag`"
        raise RunError(msg)
    if info.task.per_item:
        msg = (
            f"{place}: the run has outputs for each item of a sequence, and a friend tree holds numbers of events or "
            "objects: take them from scores.parquet of `hepml evaluate`, or call hepml.Scorer in a processor of yours"
        )
        raise RunError(msg)
    if not info.task.kept:
        msg = (
            f"{place}: the run has learnt a {info.task.kind} task and says nothing about given events: let it make "
            "others with `hepml generate`"
        )
        raise RunError(msg)


def _process_options(recipe: Recipe, settings: Mapping[str, Any]) -> Process:
    """Return ``process`` of the run's recipe with what the caller changes in it."""
    other = next((key for key in settings if not key.startswith(_PREFIX)), None)
    if other is not None:
        known = [f"{_PREFIX}{name}" for name in Process.model_fields]
        msg = f"--set {other}: a run is applied as it was trained, only `process` can be set: {nearest(other, known)}"
        raise RecipeError(msg)
    changed = {key.removeprefix(_PREFIX): value for key, value in settings.items()}
    return validate_options(Process, recipe.process.model_dump() | changed, path="process")
