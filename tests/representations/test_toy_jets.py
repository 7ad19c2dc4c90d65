"""The toy jets that other tests build on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import uproot
from toy_jets import write_toy_jets


@pytest.mark.parametrize("n", [0, 1, 200])
def test_the_file_has_the_layout_of_the_built_in_sample(tmp_path: Path, n: int) -> None:
    with uproot.open(write_toy_jets(tmp_path / "w.root", n, seed=1)) as file:
        tree = file["Events"]
        assert tree.classname == "TTree"
        assert tree.num_entries == n
        types = {name: branch.typename for name, branch in tree.items()}
    floats = {f"jet_{name}": "float" for name in ("pt", "eta", "phi", "mass")} | {"generator_weight": "float"}
    particles = {f"part_{name}": "float[]" for name in ("pt", "eta", "phi", "energy")}
    whole = {"npart": "int32_t", "part_charge": "int32_t[]", "part_pdgid": "int32_t[]"}
    assert types == floats | particles | whole | dict.fromkeys(("run", "lumi", "event"), "int64_t")


def test_negative_weights_and_nan_come_as_often_as_asked(tmp_path: Path) -> None:
    path = write_toy_jets(tmp_path / "qcd.root", 1000, seed=1, kind="qcd", negative_fraction=0.2, nan_fraction=0.1)
    with uproot.open(path) as file:
        columns = file["Events"].arrays(["generator_weight", "part_pt", "part_phi", "jet_phi"])
    assert 150 < np.sum(columns.generator_weight < 0) < 250
    assert 60 < np.sum(np.isnan(columns.part_pt[:, 0])) < 140
    assert np.all(np.abs(columns.jet_phi) <= np.float32(np.pi))
