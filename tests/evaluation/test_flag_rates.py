"""Flags against the truth, counted by hand."""

import numpy as np
import pytest
from monitoring_rows import a_flag, cells

from hepml.evaluation.flag_rates import flag_rates

NAMES = {0: "none", 1: "dead_cell", 4: "dead_module"}
HERE = [(2, 3), (2, 4), (3, 3), (3, 4)]


def rates(flags, kinds, injected):
    found = flag_rates(flags, np.array(kinds), [cells(*places).astype(int) for places in injected], names=NAMES)
    return {one.kind: one for one in found}


def test_faults_places_and_false_alarms():
    flags = [
        a_flag(1, "bad", *HERE[:3], (9, 9)),  # 3 of 4 cells, and 1 of 4 is another
        a_flag(2, "masked", *HERE),
        a_flag(3, "good"),
        a_flag(4, "good"),
        a_flag(5, "bad", (0, 0)),
        a_flag(6, "not enough statistics"),
        a_flag(7, "good"),
        a_flag(8, "good"),
    ]
    found = rates(flags, [4, 4, 4, 0, 0, 0, 0, 0], [HERE, HERE, HERE, [], [], [], [], []])
    module = found["dead_module"]
    assert (module.n, module.is_fault) == (3, True)
    assert module.flagged[0] == pytest.approx(2 / 3)
    assert (module.found[0], module.wrong[0]) == (0.875, 0.125)
    assert (found["good"].n, found["good"].flagged[0]) == (4, 0.25)
    assert found["good"].flagged[1] == pytest.approx(np.sqrt(0.25 * 0.75 / 4))
    assert set(found) == {"dead_module", "good"}


def test_few_entries_are_told_apart():
    flags = [a_flag(lumi, "good") for lumi in range(1, 5)] + [a_flag(9, "bad", (0, 0), entries=100.0)]
    found = rates(flags, [0] * 5, [[]] * 5)
    assert (found["good"].n, found["good"].flagged[0]) == (4, 0)
    assert found["good"].flagged[1] == 0.25  # that of one event: 0 would mean certainty
    assert (found["good, few entries"].n, found["good, few entries"].flagged[0]) == (1, 1)
