"""Summary quantities of hits: by hand, against a slow and obvious loop, and what they do not depend on."""

import awkward as ak
import numpy as np
import pytest

from hepml import Table, hit_summary, hit_summary_columns
from hepml.errors import ShapeError
from hepml.representations import PixelMap
from hepml.representations.hit_summary_kernel import QUANTITIES

OPTIONS = PixelMap.Options(views=["x", "y"], shape=[30, 20], unit="PE", calibration=[1.0, 2.0])


def hits(rng, n=40, *, outside=False):
    counts = rng.integers(0, 30, n)
    total = int(counts.sum())
    reach = 3 if outside else 0
    columns = {
        "view": rng.integers(0, 2 + outside, total),
        "plane": rng.integers(-reach, 30 + reach, total),
        "cell": rng.integers(0, 20 + reach, total),
        "charge": rng.exponential(5, total).astype(np.float32),
    }
    return ak.zip({name: ak.unflatten(values, counts) for name, values in columns.items()}, depth_limit=1)


def slowly(event, view, factor):
    """Return the quantities of one view as their definitions say them."""
    chosen = [
        (p, c, factor * q)
        for v, p, c, q in zip(event.view, event.plane, event.cell, event.charge, strict=True)
        if v == view and 0 <= p < 30 and 0 <= c < 20
    ]
    if not chosen:
        return dict.fromkeys(QUANTITIES, 0.0)
    p, c, q = (np.array(column, float) for column in zip(*chosen, strict=True))
    first, last, share = int(p.min()), int(p.max()), q / q.sum()
    mean_p, mean_c = share @ p, share @ c
    moments = np.cov(p, c, aweights=q, ddof=0).reshape(2, 2)
    sizes, axes = np.linalg.eigh(moments)
    across = np.abs((p - mean_p) * axes[0, 0] + (c - mean_c) * axes[1, 0])
    planes = list(range(first, last + 1))
    on = [int((p == plane).sum()) for plane in planes]
    runs = "".join("x" if n else " " for n in on).split()
    quarter = int(np.ceil(len(planes) / 4))
    width_p, width_c = np.sqrt(np.diag(moments))
    return {
        "n_hits": len(p),
        "charge": q.sum(),
        "first_plane": first,
        "first_cell": c.min(),
        "plane_extent": len(planes),
        "cell_extent": c.max() - c.min() + 1,
        "mean_plane": mean_p - first,
        "plane_width": width_p,
        "cell_width": width_c,
        "correlation": moments[0, 1] / (width_p * width_c) if width_p * width_c > 0 else 0.0,
        "length": np.sqrt(sizes[1]),
        "width": np.sqrt(max(sizes[0], 0.0)),
        "skewness": share @ (p - mean_p) ** 3 / width_p**3 if width_p > 0 else 0.0,
        "largest_charge": q.max() / q.sum(),
        "concentration": np.sqrt(q @ q) / q.sum(),
        "planes_hit": sum(n > 0 for n in on),
        "longest_run": max(len(run) for run in runs),
        "hits_per_plane": len(p) / sum(n > 0 for n in on),
        "thin_charge": sum(share[p == plane].sum() for plane, n in zip(planes, on, strict=True) if n <= 2),
        "early_charge": share[p < first + quarter].sum(),
        "late_charge": share[p > last - quarter].sum(),
        "core_charge": share[across <= 2].sum(),
    }


@pytest.mark.parametrize("outside", [False, True])
def test_a_slow_and_obvious_loop_finds_the_same(outside):
    events = hits(np.random.default_rng(1), outside=outside)
    found = hit_summary(events, OPTIONS)
    for event, row in zip(events, found, strict=True):
        for place, view in enumerate(("x", "y")):
            for name, value in slowly(event, place, (1.0, 2.0)[place]).items():
                assert row[f"{view}_{name}"] == pytest.approx(value, rel=1e-4, abs=2e-3), (view, name)


def test_totals_are_those_of_all_views_and_bad_charges_do_not_count():
    event = {"view": [[0, 1, 1]], "plane": [[1, 1, 2]], "cell": [[1, 1, 1]], "charge": [[3.0, 5.0, np.nan]]}
    (row,) = hit_summary(ak.Array(event), OPTIONS)
    assert (row.n_hits, row.charge) == (2, 13)
    assert (row.x_charge, row.y_charge, row.y_n_hits) == (3, 10, 1)


def test_an_event_without_hits_has_zeros_and_chunks_make_no_difference():
    events = hits(np.random.default_rng(2), n=25)
    whole = hit_summary(events, OPTIONS)
    parts = ak.concatenate([hit_summary(events[:9], OPTIONS), hit_summary(events[9:], OPTIONS)])
    assert ak.all(whole == parts) if not whole.fields else all(ak.all(whole[f] == parts[f]) for f in whole.fields)
    nothing = hit_summary(ak.Array({name: [np.empty(0)] for name in ("view", "plane", "cell", "charge")}), OPTIONS)
    assert all(nothing[field][0] == 0 for field in nothing.fields)
    assert len(hit_summary(events[:0], OPTIONS)) == 0


def test_it_fills_a_table_whose_columns_have_names_and_units():
    table = Table.of(hit_summary_columns(OPTIONS))
    events = hits(np.random.default_rng(3))
    values = table.decode(table.encode(hit_summary(events, OPTIONS)))[""]
    assert values.shape == (40, 2 + 2 * len(QUANTITIES))
    assert table.arrays[""].features[:2] == ("n_hits [1]", "charge [PE]")


def test_a_missing_column_is_named():
    with pytest.raises(ShapeError, match="charge"):
        hit_summary(ak.Array({"view": [[0]], "plane": [[1]], "cell": [[1]]}), OPTIONS)
