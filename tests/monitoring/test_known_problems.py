"""The file of known problems is read strictly."""

import numpy as np
import pytest

from hepml.errors import InputError
from hepml.monitoring.known_problems import read_known_problems

GOOD = """
- {histogram: muon, cells: [[3, 17], [4, 17]], from_run: 33, until_run: 36, who: Ann, why: HV trip}
- {histogram: calorimeter, cells: all, until_run: 40, who: Bo, why: scan}
- {histogram: muon, rows: [0, 11], columns: [12, 23], until_run: 40, who: Cy, why: module out}
"""


def read(tmp_path, text):
    (tmp_path / "known.yaml").write_text(text, encoding="utf-8")
    return read_known_problems(tmp_path / "known.yaml")


def test_cells_all_and_rectangles(tmp_path):
    some, everything, module = read(tmp_path, GOOD)
    places = np.array([3 * 60 + 17, 5 * 60 + 12, 5 * 60 + 24], np.int32)
    assert some.covers(places, (12, 60)).tolist() == [True, False, False]
    assert everything.covers(places, (12, 60)).all()
    assert module.covers(places, (12, 60)).tolist() == [True, True, False]
    assert (some.counts_in(36, "muon"), some.counts_in(37, "muon")) == (True, False)


def test_a_cell_outside_the_map_is_not_one_inside(tmp_path):
    [problem] = read(tmp_path, "- {histogram: muon, cells: [[0, 61]], until_run: 3, who: A, why: b}")
    assert not problem.covers(np.array([61], np.int32), (12, 60)).any()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{histogram: muon}", "known problems are a list"),
        ("- {histogram: muon, cells: all, until_run: 3, who: A}", r"\[0\].why. is missing"),
        ("- {histogram: muon, cells: all, until: 3, who: A, why: b}", "did you mean 'until_run'"),
        ("- {histogram: muon, until_run: 3, who: A, why: b}", "say where"),
        ("- {histogram: muon, rows: [0, 1], until_run: 3, who: A, why: b}", "say where"),
        ("- {histogram: muon, cells: all, from_run: 4, until_run: 3, who: A, why: b}", "is before from_run"),
        ("- [", "cannot be read as YAML"),
        ("- !!python/object/apply:os.system [true]", "cannot be read as YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path, text)
