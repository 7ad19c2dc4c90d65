from __future__ import annotations

import numpy as np
import pytest

from hepml.networks.fixed_batches import FixedBatches, batch_rows


def _sums(seen):
    """Return a model of two inputs that notes how many rows it is given, and of how many batches."""

    def call(arrays):
        seen.append({name: (len(values), values.dtype) for name, values in arrays.items()})
        return {"sum": (arrays["a"].sum(axis=1) + arrays["b"])[:, None], "first": arrays["a"]}

    shapes = {"a": ((3,), "float32"), "b": ((), "float64")}
    return FixedBatches(call, shapes, {"sum": (1,), "first": (3,)})


@pytest.mark.parametrize(("n", "n_calls"), [(0, 0), (1, 1), (512, 1), (513, 2)])
def test_every_call_has_as_many_rows(n, n_calls):
    seen, a = [], np.arange(3.0 * n).reshape(n, 3)
    found = _sums(seen).predict({"a": a, "b": np.ones(n), "unused": None}, n=n)
    assert seen == [{"a": (512, np.float32), "b": (512, np.float64)}] * n_calls
    np.testing.assert_array_equal(found["sum"], a.sum(axis=1, keepdims=True) + 1)
    np.testing.assert_array_equal(found["first"], a)
    assert {values.dtype for values in found.values()} == {np.dtype("float32")}


def test_batches_of_large_rows_are_small():
    assert batch_rows([(100,)]) == 512
    assert batch_rows([(256, 256, 1), (2,)]) == 128  # 256 rows of 256 KiB and a little are just above 64 MiB
    assert batch_rows([(10_000, 1_000)]) == 16
