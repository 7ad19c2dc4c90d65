"""What a user may choose about the monitoring sample; the defaults are the project's reference sample."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.options import Options

MonitoringFormat = Literal["dqmio", "histograms"]


class MonitoringSampleOptions(Options):
    """Options of ``hepml sample monitoring``."""

    lumisections: tuple[int, int] = pydantic.Field(
        (50, 200), description="Fewest and most lumisections of each of the 40 runs"
    )
    mean_count: float = pydantic.Field(100.0, gt=0, le=1e5, description="Mean count of a cell at the start of a run")
    response_spread: float = pydantic.Field(0.3, ge=0, lt=1, description="Largest deviation of the response map from 1")
    known_dead: float = pydantic.Field(0.01, ge=0, lt=0.5, description="Fraction of the cells known to be dead")
    drift: float = pydantic.Field(0.05, ge=0, lt=0.5, description="Largest change of the response over the 40 runs")
    fault_fraction: float = pydantic.Field(
        0.1, ge=0, le=0.5, description="Of each detector's lumisections in the test runs that may have faults"
    )
    fault_block: tuple[int, int] = pydantic.Field((1, 20), description="Fewest and most lumisections of one fault")
    formats: tuple[MonitoringFormat, ...] = pydantic.Field(
        (), description="Written beside the tree: dqmio (parquet), histograms (TH1 and TH2 of each run)"
    )

    @pydantic.field_validator("lumisections", "fault_block")
    @classmethod
    def _countable(cls, value: tuple[int, int]) -> tuple[int, int]:
        if not 1 <= value[0] <= value[1] <= 10_000:
            msg = "numbers of lumisections are fewest,most with 1 ≤ fewest ≤ most ≤ 10000"
            raise ValueError(msg)
        return value
