"""Predictions of few rows use one thread, and only for their length."""

import numpy as np
from threadpoolctl import threadpool_info

from hepml.estimators.tree_threads import FEW_ROWS, threads_for_rows


def openmp_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "openmp"}


def test_few_rows_have_one_thread_and_many_have_all():
    from sklearn.ensemble import HistGradientBoostingRegressor

    x = np.random.default_rng(1).normal(size=(300, 2))
    trees = HistGradientBoostingRegressor(max_iter=5).fit(x, x[:, 0])
    before = openmp_threads()
    with threads_for_rows(FEW_ROWS - 1):
        assert openmp_threads() == {1}
        found = trees.predict(x)
    assert openmp_threads() == before
    with threads_for_rows(FEW_ROWS):
        assert openmp_threads() == before
    np.testing.assert_array_equal(found, trees.predict(x))
