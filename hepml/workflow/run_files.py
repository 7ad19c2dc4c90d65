"""One file for each run, as an experiment that is running writes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import uproot

from hepml.io.root import reading_errors
from hepml.io.root_writer import TreeWriter


def write_run_files(source: Path, folder: Path, *, runs: Iterable[int], tree: str = "Events") -> list[Path]:
    """Write the entries of some runs, a file for each, and return those; what is there already is not written again.

    Raises
    ------
    InputError
        The source cannot be read.
    OutputError
        A file cannot be written.
    """
    paths = {run: folder / f"run_{run:06d}.root" for run in runs}
    with reading_errors(str(source), tree), uproot.open({str(source): tree}) as events:
        run_of = events["run"].array(library="np")
        for run, path in paths.items():
            entries = np.flatnonzero(run_of == run)
            if not len(entries) or path.is_file():
                continue
            first, end = int(entries[0]), int(entries[-1]) + 1
            columns = events.arrays(library="np", entry_start=first, entry_stop=end)
            with TreeWriter(path, tree=tree) as writer:
                writer.extend({name: values[run_of[first:end] == run] for name, values in columns.items()})
    return [path for path in paths.values() if path.is_file()]
