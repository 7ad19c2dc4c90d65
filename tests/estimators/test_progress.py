import json

from hepml.contracts import Epoch
from hepml.estimators.progress import Progress
from hepml.recipe import EarlyStopping, Training


def run(losses, *, stopping=None, patience=2, epochs=99):
    training = Training(early_stopping=stopping, schedule={"patience": patience}, epochs=epochs)
    progress = Progress()
    better = [progress.record(Epoch(i, {"validation_loss": loss}), training) for i, loss in enumerate(losses)]
    return progress, better


def test_the_best_is_the_least_and_the_first_of_equals():
    progress, better = run([3.0, 2.0, 2.0, 2.5, 1.0])
    assert better == [True, True, False, False, True]
    assert (progress.best_epoch, progress.best_loss) == (4, 1.0)


def test_every_epoch_replaces_the_one_before_where_the_last_is_wanted():
    training, progress = Training(keep="last", early_stopping=None, epochs=3), Progress()
    assert [progress.record(Epoch(i, {"validation_loss": loss}), training) for i, loss in enumerate([1.0, 2.0])] == [
        True,
        True,
    ]
    assert (progress.best_epoch, progress.finished) == (0, False)


def test_without_a_validation_loss_every_epoch_is_kept_until_the_last():
    training, progress = Training(keep="last", early_stopping=None, epochs=2), Progress()
    assert progress.record(Epoch(0, {"loss": 1.0}), training)
    assert not progress.finished
    assert progress.record(Epoch(1, {"loss": 2.0}), training)
    assert progress.finished
    assert Progress.from_json(json.loads(json.dumps(progress.as_json()))) == progress


def test_patience_counts_epochs_since_the_best():
    stopping = EarlyStopping(patience=2)
    assert not run([1.0, 2.0], stopping=stopping)[0].finished
    assert run([1.0, 2.0, 2.0], stopping=stopping)[0].finished


def test_a_gain_below_min_delta_is_none():
    _progress, better = run([1.0, 0.95, 0.8], stopping=EarlyStopping(min_delta=0.1))
    assert better == [True, False, True]


def test_a_plateau_is_counted_anew_after_each_halving():
    assert run([1.0, 1.0, 1.0, 1.0, 1.0])[0].reductions == 2
    assert run([1.0, 1.0, 0.5, 0.6])[0].reductions == 0


def test_the_last_epoch_finishes():
    assert not run([1.0], epochs=2)[0].finished
    assert run([1.0, 0.5], epochs=2)[0].finished


def test_json_keeps_every_bit():
    progress, _ = run([1 / 3, 0.1 + 0.2])
    assert Progress.from_json(json.loads(json.dumps(progress.as_json()))) == progress
    assert Progress.from_json(json.loads(json.dumps(Progress().as_json()))) == Progress()


def test_another_figure_may_be_watched():
    training, progress = Training(early_stopping=None, epochs=9), Progress()
    figures = [{"validation_loss": 1.0, "distance": 3.0}, {"validation_loss": 2.0, "distance": 1.0}]
    better = [progress.record(Epoch(i, each), training, watched="distance") for i, each in enumerate(figures)]
    assert better == [True, True]
    assert (progress.best_epoch, progress.best_loss) == (1, 1.0)
