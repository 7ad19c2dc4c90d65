"""Which of the executors does the work."""

from __future__ import annotations

from typing import Literal

from hepml.errors import RecipeError

ExecutorName = Literal["iterative", "futures", "dask"]
"""In this process; in processes of this machine, by coffea's executors of these names; on a Dask cluster."""


def choose_executor(executor: ExecutorName | None, *, workers: int, scheduler: str | None) -> ExecutorName:
    """Return the executor that was asked for, or the one that fits what else was said.

    Parameters
    ----------
    executor : {"iterative", "futures", "dask"}, optional
        What was asked for.
    workers : int
        Number of worker processes.
    scheduler : str, optional
        Address of a running Dask scheduler.

    Raises
    ------
    RecipeError
        A scheduler is named for an executor that has none.

    Examples
    --------
    >>> choose_executor(None, workers=1, scheduler=None), choose_executor(None, workers=4, scheduler=None)
    ('iterative', 'futures')
    >>> choose_executor(None, workers=1, scheduler="tcp://node:8786")
    'dask'
    """
    if scheduler is None:
        return executor or ("futures" if workers > 1 else "iterative")
    if executor not in (None, "dask"):
        msg = f"only the executor dask has a scheduler, found {executor} and {scheduler}: leave one of the two out"
        raise RecipeError(msg)
    return "dask"
