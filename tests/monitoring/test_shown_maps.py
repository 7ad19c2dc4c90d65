"""A page shows the peak of each incident first, each beside a good lumisection."""

from monitoring_rows import a_flag

from hepml.monitoring.grouping import group_flags
from hepml.monitoring.shown_maps import choose_maps


def chosen(flags, most, kept=None):
    flags, incidents = group_flags(flags)
    return choose_maps(flags, incidents, kept=kept or [flag.key for flag in flags], most=most)


FLAGS = [
    a_flag(1, "bad", (2, 3), score=9),
    a_flag(2, "bad", (2, 3), score=8),
    a_flag(9, "bad", (7, 7), score=6),
    *(a_flag(lumi, "good", run=33) for lumi in (3, 4, 5, 6)),
]


def test_peaks_come_before_higher_scores_that_are_none():
    found = chosen(FLAGS, 2)
    assert found.shown == ((33, 1, "muon"), (33, 9, "muon"))
    assert (chosen(FLAGS, 9).n_without, found.n_without) == (0, 1)


def test_each_has_a_good_one_of_its_run_or_of_the_nearest_similar_run():
    assert set(chosen(FLAGS, 3).references.values()) == {(33, 6, "muon")}
    all_bad = [a_flag(1, "bad", (2, 3), run=34), a_flag(1, "good", run=30), a_flag(1, "good", run=33, entries=10.0)]
    assert chosen(all_bad, 3).references == {(34, 1, "muon"): (30, 1, "muon")}


def test_no_similar_good_run_is_no_reference():
    assert chosen([a_flag(1, "bad", (2, 3)), a_flag(1, "good", run=34, entries=10.0)], 3).references == {}


def test_flags_whose_maps_were_not_kept_are_counted():
    found = chosen(FLAGS, 9, kept=[(33, 2, "muon")])
    assert (found.shown, found.n_without) == (((33, 2, "muon"),), 2)
