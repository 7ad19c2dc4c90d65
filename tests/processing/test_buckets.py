"""Buckets of the split."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepml.contracts import CutFlow, Examples, ObjectIndex
from hepml.errors import ProcessorError
from hepml.processing.buckets import content_buckets, event_buckets, key_buckets
from hepml.representations import Table


def make(event, key=None, pt=None):
    n = len(event)
    columns = ak.Array({"pt": np.arange(n, dtype=float) if pt is None else pt})
    return Examples(
        inputs={"jet": (Table.of({"pt": "GeV"}), columns)},
        object_index=ObjectIndex(event=np.asarray(event)),
        cutflow=CutFlow.start(np.ones(n)),
        key=key,
    )


def test_key_buckets_are_flat():
    """χ² of 100,000 consecutive events over 100 buckets: 99 ± 14."""
    bucket = key_buckets([np.ones(100_000, int), np.arange(100_000)])
    counts = np.bincount(bucket, minlength=100)
    assert len(counts) == 100
    assert 99 - 5 * 14 < ((counts - 1000) ** 2 / 1000).sum() < 99 + 5 * 14


def test_key_buckets_do_not_depend_on_type_or_neighbours():
    events = np.array([5, 6, 7])
    alone = [int(key_buckets([np.array([event])])[0]) for event in events]
    assert key_buckets([events]).tolist() == alone
    assert key_buckets([events.astype(np.int32)]).tolist() == alone


def test_order_of_the_key_matters():
    a, b = np.arange(1000), np.arange(1000)[::-1]
    assert np.mean(key_buckets([a, b]) == key_buckets([b, a])) < 0.1


def test_one_event_has_one_bucket():
    key = {"run": np.ones(4, int), "lumi": np.ones(4, int), "event": np.array([8, 8, 9, 8])}
    bucket = event_buckets(make([0, 0, 1, 2], key), event_key=["run", "lumi", "event"], split_column=None)
    assert bucket[0] == bucket[1] == bucket[3] != bucket[2]


def test_split_column_is_taken_mod_100():
    key = {"run": np.array([5, 105, 278803, -1]), "lumi": np.arange(4), "event": np.arange(4)}
    bucket = event_buckets(make([0, 1, 2, 3], key), event_key=["event"], split_column="run")
    assert bucket.tolist() == [5, 5, 3, 99]
    assert bucket.dtype == np.uint8


def test_without_a_key_equal_events_get_equal_buckets():
    """Two jets per event; event 2 repeats event 0 with its jets in the other order."""
    pt = np.array([10.0, 20.0, 30.0, 40.0, 20.0, 10.0])
    bucket = event_buckets(make([0, 0, 1, 1, 2, 2], pt=pt), event_key=["event"], split_column=None)
    assert bucket[0] == bucket[1] == bucket[4] == bucket[5] != bucket[2]


def test_content_buckets_do_not_depend_on_the_chunk():
    columns = {"pt": ak.unflatten(np.arange(300.0), 3)}
    whole = content_buckets(columns, np.arange(100))
    part = content_buckets({"pt": columns["pt"][40:]}, np.arange(60))
    assert whole[40:].tolist() == part.tolist()
    assert len(set(whole.tolist())) > 40


def test_no_rows():
    assert content_buckets({"pt": np.zeros(0)}, np.zeros(0, np.int64)).tolist() == []
    assert key_buckets([np.zeros(0, int)]).tolist() == []


def test_bad_keys():
    key = {"run": np.ones(1, int), "lumi": np.ones(1, int), "evt": np.ones(1, int)}
    with pytest.raises(ProcessorError, match=r"lacks 'event' .*: did you mean 'evt'"):
        event_buckets(make([0], key), event_key=["run", "lumi", "event"], split_column=None)
    with pytest.raises(ProcessorError, match=r"key\['run'\] must be integers, one per example, found float64"):
        event_buckets(make([0], {"run": np.ones(1)}), event_key=["run"], split_column=None)
    with pytest.raises(ProcessorError, match=r"lacks 'run'.*none is known here"):
        event_buckets(make([0]), event_key=["event"], split_column="run")
