"""The script that turns the challenge's table into an ntuple."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import uproot

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "higgs" / "make_ntuple.py"
CSV = """EventId,DER_mass_MMC,PRI_jet_num,Weight,Label,KaggleSet,KaggleWeight
100000,138.47,2,0.000814,s,t,0.002653
100001,-999.0,0,0.681042,b,v,2.233584
"""


def test_the_table_becomes_a_tree(tmp_path):
    with gzip.open(tmp_path / "challenge.csv.gz", "wt") as file:
        file.write(CSV)
    subprocess.run([sys.executable, SCRIPT, tmp_path / "challenge.csv.gz", tmp_path / "higgs.root"], check=True)
    with uproot.open(tmp_path / "higgs.root") as file:
        events = file["Events"].arrays(library="np")
    assert set(events) == {"EventId", "DER_mass_MMC", "PRI_jet_num", "Weight", "KaggleWeight", "label"}
    assert events["label"].tolist() == [1, 0]
    assert events["DER_mass_MMC"].tolist() == [138.47, -999]
    assert events["EventId"].tolist() == [100000, 100001]
    assert [events[name].dtype for name in ("EventId", "label")] == [np.int64, np.int8]
