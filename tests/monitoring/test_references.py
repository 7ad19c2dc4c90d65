"""References are good runs, near in time, of similar luminosity."""

from monitoring_rows import a_flag

from hepml.monitoring.references import RunQuality, reference_runs, run_qualities

RUNS = [
    RunQuality(1, 1.0, 100.0),
    RunQuality(2, 0.9, 10.0),  # ten times fewer entries
    RunQuality(3, 0.4, 100.0),  # mostly bad
    RunQuality(4, 0.95, 60.0),
    RunQuality(7, 1.0, 90.0),
]


def test_the_nearest_similar_good_runs():
    assert reference_runs(RUNS[2], RUNS, n=2) == (4, 1)
    assert reference_runs(RUNS[0], RUNS) == (1,)


def test_a_run_without_a_good_reference_gets_none():
    assert reference_runs(RunQuality(2, 0.0, 10.0), [RUNS[0], RUNS[2]]) == ()
    assert reference_runs(RunQuality(2, 0.0, 0.0), [RunQuality(1, 1.0, 0.0)]) == ()


def test_quality_is_counted_by_histogram_and_run():
    flags = [a_flag(1, "good", entries=10), a_flag(2, "bad", entries=20), a_flag(3, "good", entries=30)]
    flags += [a_flag(1, "bad", histogram="calorimeter", run=34, entries=5)]
    found = run_qualities(flags)
    assert found["muon"] == {33: RunQuality(33, 2 / 3, 20.0)}
    assert found["calorimeter"] == {34: RunQuality(34, 0.0, 5.0)}
