"""A run with its models in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

from hepml.contracts import Estimator, FittedModel, Representation
from hepml.errors import HepmlError, RunError, nearest
from hepml.estimators import load_member, model_spec
from hepml.inference.member_info import MemberInfo
from hepml.inference.onnx_member import load_onnx_member, require_onnx_files
from hepml.inference.run_info import RUN_FILE, RunInfo, read_run_info
from hepml.inference.worker_threads import limit_threads_in_worker
from hepml.recipe import Recipe, thaw_recipe
from hepml.representations import rebuild

Backend = Literal["native", "onnx"]
"""What applies a run: the library it was trained with, or ONNX Runtime."""

_LOADING = Lock()
"""Held while a run is looked for in memory: two threads of a Dask worker that need it load it once."""


@dataclass(frozen=True)
class LoadedRun:
    """A run and its members' models.

    Attributes
    ----------
    folder : Path
        Where it is.
    info : RunInfo
        What it knows about itself.
    models : mapping of str to FittedModel
        By member name: estimators, or their ONNX graphs.
    """

    folder: Path
    info: RunInfo
    models: Mapping[str, FittedModel]

    @cached_property
    def representations(self) -> dict[str, Representation]:
        """Of the processor's inputs it reads, in order; options that are younger than the run have their defaults."""
        return {name: rebuild(spec) for name, spec in self.info.representations.items()}

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe of the training."""
        return thaw_recipe(self.info.recipe, source=str(self.folder))


def load_run(folder: str | Path, *, backend: Backend = "native") -> LoadedRun:
    """Load a run with all its members, running no foreign code; once per process, backend and state of ``run.json``.

    Parameters
    ----------
    folder : path
        The run.
    backend : {"native", "onnx"}
        ``"onnx"``: the files that ``hepml export`` has put into the run, by ONNX Runtime; neither TensorFlow nor
        scikit-learn is imported.  Numbers differ by about 1e-7 from those of the library of the training.

    Raises
    ------
    RunError
        The run is incomplete or damaged; for ``"onnx"`` also: a file is missing, or was made of another training.
    MissingExtraError
        The backend is not installed.
    """
    path = Path(folder).expanduser().resolve()
    check_backend(path, backend)
    if not (path / RUN_FILE).is_file():
        read_run_info(path)  # says what there is instead; reading it for every chunk would cost milliseconds
    with _LOADING:
        return _load(path, (path / RUN_FILE).stat().st_mtime_ns, backend)


def check_backend(folder: Path, backend: str) -> None:
    """Refuse what is no backend.

    Raises
    ------
    RunError
        Names the nearest.
    """
    if backend not in get_args(Backend):
        msg = f"{folder}: {backend!r} is no backend: {nearest(backend, get_args(Backend))}"
        raise RunError(msg)


def n_loads() -> int:
    """Return how often a run was loaded in this process so far; what was found in memory does not count."""
    return _load.cache_info().misses


def load_learning(run: LoadedRun) -> dict[float, LoadedRun]:
    """Return, by fraction, the run as it is after training on that fraction of the training part; of its first seed.

    Raises
    ------
    RunError
        A model file is missing or damaged.
    """
    return {fraction: _of_fraction(run, fraction) for fraction in run.info.fractions}


def _of_fraction(run: LoadedRun, fraction: float) -> LoadedRun:
    members = tuple(member for member in run.info.learning if member.fraction == fraction)
    models = {member.name: load_run_member(run.folder, run.info, member) for member in members}
    return LoadedRun(run.folder, replace(run.info, members=members, learning=()), models)


@lru_cache(maxsize=16)  # as many as a processor may have in use: one more would be loaded again for every chunk
def _load(folder: Path, _mtime_ns: int, backend: Backend) -> LoadedRun:
    limit_threads_in_worker()
    info = read_run_info(folder)
    if backend == "onnx":
        require_onnx_files(folder, info)
        return LoadedRun(folder, info, {m.name: load_onnx_member(folder, info, m) for m in info.members})
    return LoadedRun(folder, info, {member.name: load_run_member(folder, info, member) for member in info.members})


def load_run_member(folder: Path, info: RunInfo, member: MemberInfo) -> Estimator:
    """Load one member of a run; nothing is kept in memory.

    Raises
    ------
    RunError
        The model file is missing or damaged, or this hepml cannot build the model.
    """
    try:
        spec = model_spec(info.estimator, info.options, task=info.task, arrays=info.arrays, seed=member.seed)
    except HepmlError as problem:
        msg = f"{folder / RUN_FILE}: this hepml cannot build the model ({problem}): train again"
        raise RunError(msg) from None
    return load_member(folder / member.place, spec)
