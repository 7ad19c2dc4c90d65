"""Where everything about the jobs of an output is."""

from __future__ import annotations

from pathlib import Path

FOLDER = "condor"
"""Folder, in that of a dataset or of friends, with everything about the jobs."""


def may_have_jobs(output: Path) -> bool:
    """Return whether jobs were submitted for an output folder: they may be writing into it, and hold no lock."""
    return (output / FOLDER / "submission.json").exists()
