import itertools

import pytest

from hepml.estimators.schedule import learning_rate
from hepml.recipe import Schedule


def rates(kind, *, warmup=1, final=0.01, reductions=0, epochs=5, steps=4):
    schedule = Schedule(kind=kind, warmup_epochs=warmup, final_fraction=final)
    return [
        learning_rate(schedule, peak=1.0, step=s, steps_per_epoch=steps, epochs=epochs, reductions=reductions)
        for s in range(epochs * steps)
    ]


@pytest.mark.parametrize("kind", ["constant", "cosine", "exponential", "inverse", "plateau"])
def test_the_warm_up_is_linear_to_the_peak(kind):
    assert rates(kind)[:4] == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("kind", ["cosine", "exponential", "inverse"])
def test_the_rate_falls_to_its_final_fraction(kind):
    falling = rates(kind)[3:]
    assert all(b < a for a, b in itertools.pairwise(falling))
    assert falling[-1] == pytest.approx(0.01)


def test_the_middle_of_the_way():
    assert rates("cosine", warmup=0, epochs=2, final=0.5)[3] == pytest.approx(0.75)  # halfway between 1 and 0.5
    assert rates("exponential", warmup=0, epochs=2, final=0.25)[3] == pytest.approx(0.5)  # √0.25
    assert rates("inverse", warmup=0, epochs=2, final=0.25)[3] == pytest.approx(0.4)  # 1 / (1 + 3/2)


def test_a_plateau_halves_down_to_the_floor():
    assert rates("plateau", warmup=0, reductions=2)[0] == 0.25
    assert rates("plateau", warmup=0, reductions=20)[0] == 0.01


def test_a_warm_up_as_long_as_the_training_never_falls():
    assert rates("cosine", warmup=5)[-1] == 1.0
