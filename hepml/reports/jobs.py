"""Jobs of a submission on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hepml.reports.number_text import MISSING, count
from hepml.reports.text_table import Cell, TextTable

MOST_ROWS = 30


class JobRow(Protocol):
    """What is told about one job."""

    @property
    def number(self) -> int:
        """From 1."""

    @property
    def state(self) -> str:
        """In a word."""

    @property
    def n_chunks(self) -> int | None:
        """Chunks in all."""

    @property
    def n_left(self) -> int | None:
        """Unfinished ones."""

    @property
    def reason(self) -> str:
        """Why it does not get on."""

    @property
    def request_memory_mb(self) -> int:
        """What it asked for."""

    @property
    def memory_mb(self) -> int:
        """What it used."""

    @property
    def n_starts(self) -> int:
        """How often it was started."""


def states_table(jobs: Sequence[JobRow], states: Sequence[str]) -> TextTable:
    """Return the number of jobs in each state, and the chunks that are left to do."""
    rows = []
    for state in states:
        mine = [job for job in jobs if job.state == state]
        rows.append((Cell(state, tone=_tone(state) if mine else ""), Cell(count(len(mine))), _left(mine)))
    rows.append((Cell("all jobs"), Cell(count(len(jobs))), _left(jobs)))
    return TextTable("Jobs", ("State", "Jobs", "Chunks left"), tuple(rows), numeric=frozenset({1, 2}))


def jobs_table(jobs: Sequence[JobRow], *, most: int | None = MOST_ROWS) -> TextTable | None:
    """Return the jobs that are not done, those in trouble first, `most` of them; None where all are done."""
    order = ("failed", "held", "missing", "running", "idle")
    chosen = sorted((job for job in jobs if job.state in order), key=lambda job: (order.index(job.state), job.number))
    if not chosen:
        return None
    note = f"{len(chosen) - most} more: --all shows them" if most is not None and len(chosen) > most else ""
    rows = tuple(_row(job) for job in chosen[:most])
    header = ("Job", "State", "Chunks", "Left", "Starts", "Asked MB", "Used MB", "Why")
    return TextTable("Jobs that are not done", header, rows, note, frozenset({0, 2, 3, 4, 5, 6}))


def _row(job: JobRow) -> tuple[Cell, ...]:
    return (
        Cell(str(job.number)),
        Cell(job.state, tone=_tone(job.state)),
        Cell(MISSING if job.n_chunks is None else count(job.n_chunks)),
        Cell(MISSING if job.n_left is None else count(job.n_left)),
        Cell(count(job.n_starts)),
        Cell(count(job.request_memory_mb)),
        Cell(count(job.memory_mb) if job.memory_mb else MISSING),
        Cell(job.reason or MISSING),
    )


def _left(jobs: Sequence[JobRow]) -> Cell:
    known = [job.n_left for job in jobs if job.n_left is not None]
    unknown = len(jobs) - len(known)
    text = count(sum(known))
    return Cell(f"{text}, and those of {unknown} jobs that plan them" if unknown else text)


def _tone(state: str) -> str:
    return {"done": "good", "failed": "bad", "held": "bad", "missing": "bad"}.get(state, "")
