from __future__ import annotations

from hepml.contracts import ArraySpec
from hepml.explain import features_of

TABLE = ArraySpec((2,), role="table", features=("pt [GeV]", "eta [1]"))


def test_columns_channels_and_what_has_no_names():
    arrays = {
        "table": TABLE,
        "image": ArraySpec((5, 5, 2), role="image", features=("pt [GeV]", "n [1]")),
        "hits": ArraySpec((7, 3), role="map"),
        "hits_mask": ArraySpec((7,), role="mask"),
    }
    found = [(feature.name, feature.array, feature.index) for feature in features_of(arrays)]
    assert found == [
        ("table: pt [GeV]", "table", 0),
        ("eta [1]", "table", 1),
        ("image: pt [GeV]", "image", 0),
        ("n [1]", "image", 1),
        ("hits", "hits", None),
    ]


def test_one_table_needs_no_name_of_its_own():
    assert [feature.name for feature in features_of({"table": TABLE})] == ["pt [GeV]", "eta [1]"]
