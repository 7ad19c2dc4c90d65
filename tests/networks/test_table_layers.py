import numpy as np

from hepml.networks.keras_import import import_keras
from hepml.networks.table_layers import Columns, OneHot

keras = import_keras()

TABLE = np.array([[0.5, 2.0], [1.5, 0.0], [2.5, 3.0], [3.5, np.nan], [4.5, -1.0], [5.5, 1.5]], np.float32)


def test_a_code_is_one_column_and_anything_else_none():
    layer = OneHot(column=1, size=3)
    expected = [[0, 0, 1], [1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(layer(TABLE), expected)
    np.testing.assert_array_equal(OneHot.from_config(layer.get_config())(TABLE), expected)


def test_columns_are_taken_in_the_order_given():
    layer = Columns([1, 0])
    np.testing.assert_array_equal(layer(TABLE), TABLE[:, ::-1])
    np.testing.assert_array_equal(Columns.from_config(layer.get_config())(TABLE), TABLE[:, ::-1])
