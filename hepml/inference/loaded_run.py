"""A run with its models in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from hepml.contracts import Estimator
from hepml.errors import HepmlError, RunError
from hepml.estimators import load_member, model_spec
from hepml.inference.member_info import MemberInfo
from hepml.inference.run_info import RUN_FILE, RunInfo, read_run_info
from hepml.inference.worker_threads import limit_threads_in_worker

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
    models : mapping of str to Estimator
        By member name.
    """

    folder: Path
    info: RunInfo
    models: Mapping[str, Estimator]


def load_run(folder: str | Path) -> LoadedRun:
    """Load a run with all its members, running no foreign code; once per process and state of its ``run.json``.

    Raises
    ------
    RunError
        The run is incomplete or damaged.
    """
    path = Path(folder).expanduser().resolve()
    if not (path / RUN_FILE).is_file():
        read_run_info(path)  # says what there is instead; reading it for every chunk would cost milliseconds
    with _LOADING:
        return _load(path, (path / RUN_FILE).stat().st_mtime_ns)


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
    models = {member.name: _load_member(run.folder, run.info, member) for member in members}
    return LoadedRun(run.folder, replace(run.info, members=members, learning=()), models)


@lru_cache(maxsize=16)  # as many as a processor may have in use: one more would be loaded again for every chunk
def _load(folder: Path, _mtime_ns: int) -> LoadedRun:
    limit_threads_in_worker()
    info = read_run_info(folder)
    return LoadedRun(folder, info, {member.name: _load_member(folder, info, member) for member in info.members})


def _load_member(folder: Path, info: RunInfo, member: MemberInfo) -> Estimator:
    try:
        spec = model_spec(info.estimator, info.options, task=info.task, arrays=info.arrays, seed=member.seed)
    except HepmlError as problem:
        msg = f"{folder / RUN_FILE}: this hepml cannot build the model ({problem}): train again"
        raise RunError(msg) from None
    return load_member(folder / member.place, spec)
