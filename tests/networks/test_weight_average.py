import numpy as np

from hepml.networks.keras_import import import_keras
from hepml.networks.weight_average import WeightAverage

keras = import_keras()


def test_the_average_follows_its_formula_and_gives_the_weights_back():
    weight = keras.Variable([0.0])
    average = WeightAverage([weight], momentum=0.5)
    weight.assign([1.0])
    average.update(1)  # keeps min(0.5, 2/11) = 2/11 of the old
    np.testing.assert_allclose(average.variables[0], [9 / 11], rtol=1e-6)
    average.update(98)  # keeps min(0.5, 99/108) = 0.5
    np.testing.assert_allclose(average.variables[0], [10 / 11], rtol=1e-6)
    weight.assign([5.0])
    with average.applied():
        np.testing.assert_allclose(weight, [10 / 11], rtol=1e-6)
    np.testing.assert_array_equal(weight, [5.0])
