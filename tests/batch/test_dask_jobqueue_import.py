"""Loading Dask-Jobqueue leaves Control-C as it was, and is refused where it would not work."""

from __future__ import annotations

import subprocess
import sys

KEEPS_CONTROL_C = """
import signal
from hepml.batch.dask_jobqueue_import import cluster_and_worker
before = signal.getsignal(signal.SIGINT)
cluster_and_worker()
assert signal.getsignal(signal.SIGINT) is before
print("kept")
"""

IN_A_THREAD = """
from concurrent.futures import ThreadPoolExecutor
from hepml.batch.dask_jobqueue_import import cluster_and_worker
with ThreadPoolExecutor() as pool:
    print(pool.submit(cluster_and_worker).exception())
    import dask_jobqueue
    print(pool.submit(cluster_and_worker).exception())
"""


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_control_c_stays_as_it_was():
    assert run(KEEPS_CONTROL_C) == "kept\n"


def test_only_the_main_thread_loads_it():
    refused, taken = run(IN_A_THREAD).splitlines()
    assert refused == (
        "only the main thread can load Dask-Jobqueue, and this is another: `import dask_jobqueue` there before"
    )
    assert taken == "None"
