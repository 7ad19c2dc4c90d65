"""Deaths for which Dask is not prepared: of a worker that is not there yet, of a scheduler while it is called."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import wait

import psutil
import pytest

from hepml.processing.dask_pool import dask_pool
from hepml.processing.watch import Watch, WatchedPool

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def kill_first_worker():
    """Kill the first worker of this process as soon as there is one."""
    while True:
        for child in psutil.Process().children():
            if "multiprocessing.spawn" in " ".join(child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)
                return
        time.sleep(0.01)


def test_worker_that_dies_while_the_cluster_starts(capfd):
    """Dask gives up all of the cluster, which is started once more."""
    killer = threading.Thread(target=kill_first_worker)
    killer.start()
    with dask_pool(2, None) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
    killer.join()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.4])
def test_scheduler_that_dies_while_chunks_are_handed_in(tmp_path, capfd, seconds):
    """No chunk is waited for for ever: neither those that come later nor those whose results are on their way."""
    (tmp_path / "cluster.py").write_text(CLUSTER)
    command = [sys.executable, "-P", "cluster.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as cluster:
        watch = Watch(lambda failure: False, lambda name: None)
        with dask_pool(1, cluster.stdout.readline().strip()) as inner:
            pool = WatchedPool(inner, watch)
            threading.Timer(seconds, cluster.kill).start()
            nothing = {"out": {"rows": {}, "failures": {}}, "processed": set()}
            answers = [pool.submit(dict, nothing) for _ in range(1000)]
            assert not wait(answers, timeout=30).not_done
    assert any(isinstance(problem, ConnectionError) for problem in watch.lost)
    assert capfd.readouterr().err == ""
