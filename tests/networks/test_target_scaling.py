import numpy as np
import pytest
from estimator_problems import ENERGY_GEV, examples, regression, source, task

from hepml.errors import DatasetError
from hepml.networks.target_scaling import target_scaling


def part(energy, weight=None):
    inputs, label = examples("dnn", len(energy), seed=1)
    return source("dnn", inputs, label, weight=weight, energy=np.asarray(energy, float))


def test_it_is_the_weighted_mean_and_deviation_of_the_training_part():
    train = part([10.0, 20.0, np.nan], weight=np.array([3.0, -1.0, 5.0]))
    mean, std = target_scaling(regression(), train)[ENERGY_GEV]
    assert mean == pytest.approx(12.5)  # |w| counts, NaN does not
    assert std == pytest.approx(np.sqrt(0.75 * 2.5**2 + 0.25 * 7.5**2))


def test_a_constant_target_is_only_shifted():
    assert target_scaling(regression(), part([7.0, 7.0]))[ENERGY_GEV] == (7.0, 1.0)


def test_nothing_is_scaled_where_nothing_is_to_be():
    assert target_scaling(regression(standardise_target=False), part([7.0, 8.0])) == {}
    assert target_scaling(task(), part([7.0, 8.0])) == {}


@pytest.mark.parametrize("energy", [[np.nan, np.nan], [1.0, np.inf]])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_target_without_finite_values_is_refused(energy):
    with pytest.raises(DatasetError, match=r"target 'energy_gev' has mean (nan|inf).*must be finite"):
        target_scaling(regression(standardise_target=False), part(energy))
