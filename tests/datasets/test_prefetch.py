"""Reading ahead: in order, one ahead, and gone when it is over."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from hepml.datasets.prefetch import prefetched


def _threads():
    return [thread for thread in threading.enumerate() if thread.name == "hepml-prefetch"]


def _numbers(made, n=10, *, fail_at=None, closed=None):
    try:
        for number in range(n):
            if number == fail_at:
                msg = "bad basket"
                raise ValueError(msg)
            made.append(number)
            yield number
    finally:
        if closed is not None:
            closed.append(threading.current_thread())


def test_all_items_in_order():
    assert list(prefetched(_numbers([]))) == list(range(10))
    assert list(prefetched(_numbers([], 0))) == []
    assert _threads() == []


def test_one_is_made_ahead_and_no_more():
    made = []
    with closing(prefetched(_numbers(made))) as items:
        assert next(items) == 0
        time.sleep(0.1)
        assert made == [0, 1]
        assert next(items) == 1
        time.sleep(0.1)
        assert made == [0, 1, 2]


def test_nothing_runs_before_the_first_item_is_asked_for():
    made = []
    prefetched(_numbers(made))
    assert made == []
    assert _threads() == []


def test_an_error_comes_where_its_item_would():
    items = prefetched(_numbers([], fail_at=2))
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(ValueError, match="bad basket") as raised:
        next(items)
    assert "_numbers" in [entry.name for entry in raised.traceback]
    assert _threads() == []


def test_giving_up_ends_the_thread_and_closes_the_items():
    closed = []
    items = prefetched(_numbers([], closed=closed))
    next(items)
    items.close()
    assert _threads() == []
    assert len(closed) == 1


def test_an_error_of_the_user_ends_the_thread():
    def use():
        with closing(prefetched(_numbers([]))) as items:
            for _ in items:
                raise KeyError

    with pytest.raises(KeyError):
        use()
    assert _threads() == []


def test_the_item_in_use_and_the_next_are_all_there_is():
    alive = []

    class Item:
        def __init__(self):
            alive.append(1)

        def __del__(self):
            alive.pop()

    with closing(prefetched(Item() for _ in range(20))) as items:
        for item in items:
            time.sleep(0.005)
            assert len(alive) <= 2
            del item
