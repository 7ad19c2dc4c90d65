"""The table of the ATLAS Higgs challenge, as published, to a ROOT ntuple.

Call it as ``python make_ntuple.py atlas-higgs-challenge-2014-v2.csv.gz atlas_higgs.root``.
"""

import sys

import numpy as np
import pyarrow.csv
import uproot


def main(source: str, target: str) -> None:
    """Write the tree ``Events``: label 1 for signal and 0 for background, numbers as they are, −999 for undefined."""
    table = pyarrow.csv.read_csv(source).drop_columns(["KaggleSet"])
    columns = {name: table[name].to_numpy() for name in table.column_names}
    label = (columns.pop("Label") == "s").astype(np.int8)
    with uproot.recreate(target) as file:
        types = {name: values.dtype for name, values in columns.items()}
        file.mktree("Events", {**types, "label": label.dtype}).extend({**columns, "label": label})


if __name__ == "__main__":
    main(*sys.argv[1:])
