"""What HTCondor says about a job."""

from __future__ import annotations

import pytest

from hepml.batch.job_ad import job_ad


@pytest.mark.parametrize(
    ("values", "for_memory"),
    [
        ({"JobStatus": 5, "HoldReasonCode": 34, "HoldReason": "docker used too much"}, True),
        ({"JobStatus": 5, "HoldReasonCode": 3, "HoldReasonSubCode": 34, "HoldReason": "policy"}, True),
        ({"JobStatus": 5, "HoldReasonCode": 26, "HoldReason": "Job exceeded its MEMORY limit"}, True),
        ({"JobStatus": 5, "HoldReasonCode": 1, "HoldReason": "via condor_hold (by user me)"}, False),
        ({"JobStatus": 4, "ExitCode": 137, "ExitBySignal": False}, True),
        ({"JobStatus": 4, "ExitBySignal": True, "ExitSignal": 9}, True),
        ({"JobStatus": 4, "ExitCode": 1, "ExitBySignal": False}, False),
        ({"JobStatus": 2}, False),
        ({"JobStatus": 3, "LastHoldReasonCode": 3, "LastHoldReasonSubCode": 34, "LastHoldReason": "x"}, True),
        ({"JobStatus": 3, "LastHoldReasonCode": 1, "LastHoldReason": "via condor_hold"}, False),
        ({"JobStatus": 1, "LastHoldReasonCode": 34, "LastHoldReason": "x"}, False),
    ],
)
def test_whether_memory_was_the_reason(values, for_memory):
    assert job_ad(values).for_memory is for_memory


def test_expressions_that_nobody_evaluated_are_no_numbers():
    ad = job_ad({"JobStatus": 1, "RequestMemory": "\\/Expr(ifthenelse(…))\\/", "ClusterId": 7, "ProcId": 0})
    assert (ad.request_memory_mb, ad.name, ad.status, ad.exit_code) == (0, "7.0", "idle", None)
    assert ad.is_waiting_or_working
    assert job_ad({"JobStatus": 99}).status == "unknown"


@pytest.mark.parametrize(
    ("values", "released"),
    [
        ({"JobStatus": 5, "HoldReasonCode": 13, "NumHolds": 2}, True),
        ({"JobStatus": 5, "HoldReasonCode": 13, "NumHolds": 3}, False),
        ({"JobStatus": 5, "HoldReasonCode": 1, "NumHolds": 1}, False),
        ({"JobStatus": 5, "HoldReasonCode": 34, "NumHolds": 1}, False),
        ({"JobStatus": 2, "NumHolds": 1}, False),
    ],
)
def test_whether_a_held_job_is_released_by_itself(values, released):
    assert job_ad(values).will_be_released(2) is released


def test_used_memory_is_the_greater_of_what_is_said():
    assert (
        job_ad({"JobStatus": 2, "ResidentSetSize": 2048 * 1024, "ResidentSetSize_RAW": 1900 * 1024}).memory_mb == 2048
    )
