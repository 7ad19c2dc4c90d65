"""How many threads models may use in a worker process: chunks are shared out over processes already."""

from __future__ import annotations

import multiprocessing
import os

TENSORFLOW_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
OPENMP_THREADS = "OMP_NUM_THREADS"
"""Read by scikit-learn's and XGBoost's trees."""


def limit_threads_in_worker() -> None:
    """Let models in a process that another one started (loky, Dask) use one thread, where nothing else is set.

    Without it each of n workers starts a thread per core for each of its models.  Of ``OMP_NUM_THREADS``,
    ``TF_NUM_INTRAOP_THREADS`` and ``TF_NUM_INTEROP_THREADS`` those that are set stay, and TensorFlow follows the first
    where its own are not.  The libraries read them when they are loaded, so this comes before; a process that the user
    started is left alone.
    """
    if multiprocessing.parent_process() is None:
        return
    n_threads = os.environ.setdefault(OPENMP_THREADS, "1")
    for variable in TENSORFLOW_THREADS:
        os.environ.setdefault(variable, n_threads if n_threads.isdigit() else "1")


def onnx_threads() -> int:
    """Return how many threads ONNX Runtime may use: as ``OMP_NUM_THREADS`` says, which it does not read, else 0.

    0 is its own default, a thread per core.  In a worker process `limit_threads_in_worker` comes first.
    """
    n_threads = os.environ.get(OPENMP_THREADS, "0")
    return int(n_threads) if n_threads.isdigit() else 1
