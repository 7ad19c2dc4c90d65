import numpy as np
import pytest

from hepml.contracts import ArraySpec
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.table_input import TableTreatment, embedding_size, table_features

keras = import_keras()

SPEC = ArraySpec((4,), role="table", moments_shape=(4,), categories=(0, 3, 0, 50), may_miss=(True, True, False, False))
ROWS = np.array([[1, 2, 5, 49], [np.nan, np.nan, np.nan, 50], [2, 7, -9, 3]], np.float32)


def features(*, one_hot_up_to=12, indicate_missing=True, compress="none"):
    treatment = TableTreatment(compress, indicate_missing, one_hot_up_to)
    table = keras.Input((4,), name="t")
    return np.asarray(keras.Model(table, table_features(treatment, "t", SPEC, table, SeedStream(1)))(ROWS))


def test_numbers_indicators_and_codes_stand_side_by_side():
    found = features(one_hot_up_to=60)
    # Two numbers, one indicator (a category says itself that it is missing), 3 codes, 50 codes.
    assert found.shape == (3, 2 + 1 + 3 + 50)
    np.testing.assert_array_equal(found[:, :6], [[1, 5, 0, 0, 0, 1], [0, 0, 1, 0, 0, 0], [2, -9, 0, 0, 0, 0]])
    assert found[:, 6:].sum(axis=1).tolist() == [1, 0, 1]
    assert found[0, -1] == 1


def test_many_codes_are_embedded_and_an_unknown_one_is_zero():
    found = features(indicate_missing=False)
    size = embedding_size(50)
    assert found.shape == (3, 2 + 3 + size)
    assert (found[1, -size:] == 0).all()
    assert np.abs(found[[0, 2], -size:]).min(axis=1).all()
    assert np.abs(found[0, -size:] - found[2, -size:]).max() > 0.1


def test_tails_are_compressed_after_standardising():
    np.testing.assert_allclose(features(compress="log")[2, :2], [np.log(3), -np.log(10)], rtol=1e-6)


@pytest.mark.parametrize(("codes", "size"), [(3, 3), (100, 21), (10**6, 32)])
def test_embeddings_grow_slowly(codes, size):
    assert embedding_size(codes) == size
