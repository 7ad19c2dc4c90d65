"""A reconstruction run as the model of `flag`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hepml.contracts import ScoredHistograms
from hepml.errors import DatasetError
from hepml.workflow.flag_model import FlagModel

PART = "thresholds"


def flag_model(run: str | Path, *, dataset: str | Path | None = None, processor: str | Path | None = None) -> FlagModel:
    """Stub until reconstruction runs are there."""
    raise DatasetError(str((run, dataset, processor, partial, Iterator, ScoredHistograms, PART)))
