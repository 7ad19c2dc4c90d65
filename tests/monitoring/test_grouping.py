"""Neighbouring flags with overlapping cells are one incident."""

from monitoring_rows import a_flag

from hepml.monitoring.grouping import group_flags


def spans(flags, **options):
    return [(one.run, one.first_lumi, one.last_lumi, one.n_flags) for one in group_flags(flags, **options)[1]]


def test_a_gap_of_good_ones_is_bridged_up_to_its_limit():
    lumis = (1, 2, 5, 9)
    flags = [a_flag(lumi, "bad" if lumi in lumis else "good", (2, 3)) for lumi in range(1, 11)]
    assert spans(flags, gap=2) == [(33, 1, 5, 3), (33, 9, 9, 1)]
    assert spans(flags, gap=0) == [(33, 1, 2, 2), (33, 5, 5, 1), (33, 9, 9, 1)]


def test_faults_in_different_cells_and_runs_are_different():
    flags = [
        a_flag(1, "bad", (2, 3)),
        a_flag(2, "bad", (7, 7)),
        a_flag(3, "bad", (2, 3)),
        a_flag(1, "bad", (2, 3), run=34),
    ]
    assert spans(flags) == [(33, 1, 3, 2), (33, 2, 2, 1), (34, 1, 1, 1)]


def test_histograms_with_the_same_cells_are_one_incident():
    flags = [a_flag(1, "bad", (2, 3), score=6), a_flag(1, "bad", (2, 3), (2, 4), histogram="segments", score=8)]
    numbered, [incident] = group_flags(flags)
    assert incident.histograms == ("muon", "segments")
    assert (incident.peak_score, incident.peak) == (8, (33, 1, "segments"))
    assert [flag.incident for flag in numbered] == [1, 1]


def test_flags_without_cells_are_compared_by_histogram():
    flags = [a_flag(1, "bad"), a_flag(2, "bad"), a_flag(2, "bad", histogram="segments")]
    assert spans(flags) == [(33, 1, 2, 2), (33, 2, 2, 1)]


def test_cells_of_an_incident_are_those_of_half_its_lumisections():
    flags = [
        a_flag(1, "bad", (0, 1), (0, 2)),
        a_flag(2, "bad", (0, 1), (0, 2)),
        a_flag(3, "bad", (0, 1), (0, 2), (0, 3)),
    ]
    assert group_flags(flags)[1][0].cells.tolist() == [1, 2]


def test_an_incident_is_masked_where_all_of_it_is():
    both = [a_flag(1, "masked", (2, 3)), a_flag(2, "masked", (2, 3))]
    assert [one.status for one in group_flags(both)[1]] == ["masked"]
    assert [one.status for one in group_flags([both[0], a_flag(2, "bad", (2, 3))])[1]] == ["bad"]


def test_nothing_flagged_is_no_incident():
    flags, incidents = group_flags([a_flag(2, "good"), a_flag(1, "not enough statistics")])
    assert ([flag.lumi for flag in flags], incidents) == ([1, 2], [])
