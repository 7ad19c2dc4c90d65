"""What HTCondor says about a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["idle", "running", "removed", "completed", "held", "transferring", "suspended", "unknown"]

_STATUS: Mapping[int, Status] = {
    1: "idle", 2: "running", 3: "removed", 4: "completed", 5: "held", 6: "transferring", 7: "suspended",
}  # fmt: skip

MEMORY_HOLD = 34
"""HTCondor's code for a job that used more memory than it asked for; our own hold has it as its subcode."""
BY_HAND = 1
"""HTCondor's code for `condor_hold`."""
KILLED = 128 + 9
"""Exit code of a shell whose program was killed, as a system does that is out of memory."""

ATTRIBUTES = (
    "ClusterId", "ProcId", "HepmlJob", "JobStatus", "HoldReason", "HoldReasonCode", "HoldReasonSubCode", "RemoveReason",
    "RequestMemory", "ResidentSetSize_RAW", "ResidentSetSize", "NumJobStarts", "ExitCode", "ExitBySignal", "ExitSignal",
    "CompletionDate", "EnteredCurrentStatus", "NumHolds", "LastHoldReason", "LastHoldReasonCode",
    "LastHoldReasonSubCode",
)  # fmt: skip


@dataclass(frozen=True)
class JobAd:
    """One job in the queue, or in the history.

    Attributes
    ----------
    number : int
        Its number in the submission.
    cluster, proc : int
        HTCondor's own.
    status : str
        In words.
    reason : str
        Why it is held or was removed.
    for_memory : bool
        Whether it is held, or was killed, because it used more memory than it had.
    request_memory_mb, memory_mb : int
        What it asked for, and the most that was seen.
    n_starts : int
        How often it was started.
    exit_code : int, optional
        Of a job that ended by itself; 128 + the signal for one that was killed.
    n_holds : int
        How often it was held.
    by_hand : bool
        Whether somebody holds it.
    since : int
        Seconds since 1970 at which it came into this state.
    """

    number: int
    cluster: int
    proc: int
    status: Status
    reason: str = ""
    for_memory: bool = False
    request_memory_mb: int = 0
    memory_mb: int = 0
    n_starts: int = 0
    exit_code: int | None = None
    n_holds: int = 0
    by_hand: bool = False
    since: int = 0

    @property
    def is_waiting_or_working(self) -> bool:
        """Whether it may still bring results by itself."""
        return self.status in ("idle", "running", "transferring", "suspended")

    def will_be_released(self, releases: int) -> bool:
        """Return whether the submit file releases it by itself, as it does `releases` times."""
        return self.status == "held" and not self.by_hand and not self.for_memory and self.n_holds <= releases

    @property
    def name(self) -> str:
        """HTCondor's name of the job."""
        return f"{self.cluster}.{self.proc}"


def job_ad(values: Mapping[str, Any]) -> JobAd:
    """Return what HTCondor's JSON says about one job.

    Examples
    --------
    >>> job_ad({"HepmlJob": 3, "ClusterId": 7, "ProcId": 2, "JobStatus": 5, "HoldReasonCode": 34}).for_memory
    True
    """
    status = _STATUS.get(_whole(values, "JobStatus"), "unknown")
    exit_code = _exit_code(values)
    reason = str(values.get("HoldReason" if status == "held" else "RemoveReason", ""))
    # Of one that was removed while it was held, the last reason is what counts.
    which = "HoldReason" if status == "held" else "LastHoldReason"
    codes = (values.get(f"{which}Code"), values.get(f"{which}SubCode"))
    was_held = status == "held" or (status == "removed" and which in values)
    for_memory = was_held and (MEMORY_HOLD in codes or "memory" in str(values.get(which, "")).lower())
    return JobAd(
        number=_whole(values, "HepmlJob"),
        cluster=_whole(values, "ClusterId"),
        proc=_whole(values, "ProcId"),
        status=status,
        reason=" ".join(reason.split()),
        for_memory=for_memory or exit_code == KILLED,
        request_memory_mb=_whole(values, "RequestMemory"),
        memory_mb=max(_whole(values, "ResidentSetSize_RAW"), _whole(values, "ResidentSetSize")) // 1024,
        n_starts=_whole(values, "NumJobStarts"),
        exit_code=exit_code,
        n_holds=_whole(values, "NumHolds"),
        by_hand=values.get("HoldReasonCode") == BY_HAND,
        since=max(_whole(values, "EnteredCurrentStatus"), _whole(values, "CompletionDate")),
    )


def _whole(values: Mapping[str, Any], name: str) -> int:
    """Return a number; 0 where there is none, or an expression that HTCondor has not evaluated."""
    value = values.get(name)
    return int(value) if isinstance(value, int | float) else 0


def _exit_code(values: Mapping[str, Any]) -> int | None:
    if values.get("ExitBySignal") is True:
        return 128 + _whole(values, "ExitSignal")
    code = values.get("ExitCode")
    return int(code) if isinstance(code, int) else None
