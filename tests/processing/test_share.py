"""Sharing chunks and files out over jobs: each chunk once, in order, and evenly."""

from __future__ import annotations

import uuid

import pytest

from hepml.io.root import FileInfo
from hepml.processing.plan import Plan
from hepml.processing.share import chunks_of, default_n_jobs, share_chunks, share_files

SIZES = {"w": [250, 0, 1000, 40], "qcd": [999, 100]}


@pytest.fixture
def plan() -> Plan:
    files = [
        (name, FileInfo(f"{name}_{i}.root", "Events", str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name}{i}")), n, {}))
        for name, sizes in SIZES.items()
        for i, n in enumerate(sizes)
    ]
    return Plan(tuple(files), chunk_size=100)


@pytest.mark.parametrize("n_jobs", [1, 2, 3, 7, 24, 25, 1000])
def test_every_chunk_once_in_order_and_evenly(plan, n_jobs):
    shares = share_chunks(plan, n_jobs)
    chunks = [[chunk for piece in pieces for chunk in chunks_of(piece, 100)] for pieces in shares]
    assert [chunk for share in chunks for chunk in share] == list(plan.chunks)
    assert len(shares) == min(n_jobs, len(plan.chunks))
    assert max(map(len, chunks)) - min(map(len, chunks)) <= 1


@pytest.mark.parametrize(("per_job", "n_jobs"), [(1, 6), (4, 2), (100, 1)])
def test_whole_files(plan, per_job, n_jobs):
    shares = share_files(plan, per_job)
    assert len(shares) == n_jobs
    assert max(len(pieces) for pieces in shares) == min(per_job, 6)
    assert [c for pieces in shares for piece in pieces for c in chunks_of(piece, 100)] == list(plan.chunks)


def test_a_job_grows_with_its_files_and_not_with_their_entries():
    for n_entries in (1_000, 10_000_000):
        file = FileInfo("a.root", "Events", str(uuid.uuid4()), n_entries, {})
        assert [len(pieces) for pieces in share_chunks(Plan((("a", file),), chunk_size=100), 5)] == [1] * 5


def test_default_number_of_jobs():
    assert [default_n_jobs(n) for n in (1, 10, 11, 100_000)] == [1, 1, 2, 1000]
