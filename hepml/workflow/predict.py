"""``predict``: ROOT files → friend trees."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pydantic

from hepml.errors import RecipeError, nearest
from hepml.inference import Friend, read_run_info
from hepml.inference.friend_folder import FriendFolder, claim_friends
from hepml.inference.friend_tree import write_friend
from hepml.inference.run_info import RunInfo
from hepml.inference.score_sink import ScoreSink
from hepml.io.folder import exclusive, remove_temporary
from hepml.options import validate_options
from hepml.processing import ExecutorName, Plan, ProcessorModule, choose_executor, execute, make_plan
from hepml.recipe import Input, Process, Recipe, thaw_recipe
from hepml.workflow.processor_copy import processor_of_run
from hepml.workflow.progress import SILENT, Progress

_PREFIX = "process."
_NO_INFLUENCE: Mapping[str, Any] = {
    "recipe": True,
    "versions": True,
    "rows": True,
    "learning": True,
    "keys": True,
    "members": {"__all__": {"n_train", "fraction"}},
}
"""What a run knows and scores do not depend on."""


def predict(
    run: str | Path,
    files: Sequence[str | Path],
    output: str | Path,
    *,
    tree: str | None = None,
    processor: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    executor: ExecutorName | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = SILENT,
) -> list[Friend]:
    """Write the scores of a run for any number of files, as one friend tree (a TTree) per file.

    Parameters
    ----------
    run : path
        The run.
    files : sequence of str or path
        Files, globs or ``root://`` URLs.
    output : path
        Folder of the friends.
    tree : str, optional
        Tree to read; default: that of the first input of the run's recipe.
    processor : path, optional
        Processor file; default: the one of the training where it is still there, unchanged.
    settings : mapping of str to value, optional
        What to change in ``process`` of the run's recipe, by dotted key: with ``process.bad_input: skip`` entries that
        cannot be read, with ``process.nonfinite: drop`` examples with NaN or inf get no score and are counted.
    executor, workers, scheduler
        As for `process`.
    progress : Progress
        Where bars go.

    Returns
    -------
    list of Friend
        What was written and what was left out.

    Raises
    ------
    RecipeError, RunError, InputError, ProcessorError, OutputError, WorkerError
    """
    chosen_executor = choose_executor(executor, workers=workers, scheduler=scheduler)
    place = Path(run).expanduser().resolve()
    info = read_run_info(place)
    recipe = thaw_recipe(info.recipe, source=str(place))
    how = _process_options(recipe, settings or {})
    module = processor_of_run(place, info.processor, processor)
    wanted = Input(files=[str(file) for file in files], tree=tree or next(iter(recipe.inputs.values())).tree)
    plan = make_plan({"predict": wanted}, chunk_size=how.chunk_size, bad_input=how.bad_input)
    folder = claim_friends(output, run=_identity(info))
    with exclusive(folder.path, kind="friends"):
        remove_temporary(folder.path)
        sink = ScoreSink(str(place), str(_parts(folder, module, wanted, how)), how.nonfinite)
        with progress.step(f"predict {info.name}", len(plan.chunks)) as bar:
            execute(
                plan.chunks,
                module.Processor,
                module.options(info.processor.options),
                sink,
                executor=chosen_executor,
                workers=workers,
                scheduler=scheduler,
                retries=how.retries,
                bad_input=how.bad_input,
                on_progress=bar.advance,
            )
        friends = _write_friends(folder, plan, sink, info, progress)
        folder.record(friends)
        shutil.rmtree(sink.parts, ignore_errors=True)
        return friends


def _process_options(recipe: Recipe, settings: Mapping[str, Any]) -> Process:
    """Return ``process`` of the run's recipe with what the caller changes in it."""
    other = next((key for key in settings if not key.startswith(_PREFIX)), None)
    if other is not None:
        known = [f"{_PREFIX}{name}" for name in Process.model_fields]
        msg = f"--set {other}: a run is applied as it was trained, only `process` can be set: {nearest(other, known)}"
        raise RecipeError(msg)
    changed = {key.removeprefix(_PREFIX): value for key, value in settings.items()}
    return validate_options(Process, recipe.process.model_dump() | changed, path="process")


def _identity(info: RunInfo) -> str:
    """Return a hash of all that scores depend on: how a run is evaluated, and by which versions, is not part of it."""
    about = pydantic.TypeAdapter(RunInfo).dump_python(info, mode="json", exclude=_NO_INFLUENCE)
    return _hash(json.dumps([about, info.recipe["split"], info.recipe["event_key"]], sort_keys=True))


def _parts(folder: FriendFolder, module: ProcessorModule, wanted: Input, how: Process) -> Path:
    """Return where the scores of chunks go until friends are written: another place for whatever they depend on."""
    depends_on = [folder.run, module.content_hash, wanted.tree, how.bad_input, how.nonfinite]
    return folder.path / f".parts-{_hash(json.dumps(depends_on))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_friends(
    folder: FriendFolder, plan: Plan, sink: ScoreSink, info: RunInfo, progress: Progress
) -> list[Friend]:
    friends = [Friend(file.path, "", 0, 0, 1, file.reasons) for file in plan.left_out]
    scores: dict[str, list[Path]] = {file.path: [] for _, file in plan.files}
    for chunk in plan.chunks:  # sorted by entry within a file
        scores[chunk.path].append(sink.path(chunk))
    with progress.step("write", len(scores)) as bar:
        for source, path in zip(scores, folder.paths(list(scores)), strict=True):
            friends.append(write_friend(path, source, scores[source], info=info))
            bar.advance(1, note=path.name)
    return friends
