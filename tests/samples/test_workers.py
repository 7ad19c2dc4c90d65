"""Processes: results in order, and a death that is not overlooked."""

import os
import signal
import time

import pytest

from hepml.errors import RecipeError, WorkerError
from hepml.samples.workers import map_in_order


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers):
    def slow_first(task):
        time.sleep(0.2 if task == 0 else 0.0)
        return 10 * task

    assert list(map_in_order(slow_first, range(7), workers=workers)) == [0, 10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_task_is_raised_as_it_is(workers):
    def fail(task):
        raise RecipeError(f"task {task} is wrong")

    with pytest.raises(RecipeError, match="task 0 is wrong"):
        list(map_in_order(fail, range(3), workers=workers))


def test_a_killed_worker_is_an_error_with_a_remedy():
    def die(task):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerError, match=r"a worker process died.*SIGKILL.*fewer workers"):
        list(map_in_order(die, range(3), workers=2))


def test_closing_stops_the_work():
    def forever(task):
        time.sleep(0.0 if task == 0 else 600.0)
        return task

    results = map_in_order(forever, range(8), workers=2)
    start = time.monotonic()
    assert next(results) == 0
    results.close()
    assert time.monotonic() - start < 60


def test_no_tasks():
    assert list(map_in_order(abs, [], workers=2)) == []
