"""A worker process that scores chunks of toy jets with a run, in one thread, and prints what that took as JSON.

``python scoring_worker.py RUN BACKEND N_JETS N_PAIRS FILE…``.  Without pairs it scores a chunk of each file and does
nothing else, so that its peak memory is that of a worker.  Times are those of the process: it has one thread, and what
else the machine does is no part of the ratio.
"""

from __future__ import annotations

import json
import os
import sys
import time

# What `limit_threads_in_worker` sets in processes that loky or Dask have started; this one is started by hand.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")

import awkward as ak
import uproot
from measured import paired, peak_mib

import hepml
from hepml.inference import load_run

_COLUMNS = ("pt", "eta", "phi", "energy", "charge")


def main() -> None:
    """Score, and print peak memory in MiB and, with pairs, ratio and seconds of apply and of the raw predict."""
    run, backend, n_jets, n_pairs, *files = sys.argv[1:]
    score = hepml.Scorer(run, backend=backend)
    for file in files:
        inputs = read_inputs(file, int(n_jets))
        score(inputs)  # the first call loads and compiles
    found: dict[str, float] = {"peak_mib": peak_mib()}
    if int(n_pairs):
        loaded = load_run(run, backend=backend)
        [model] = loaded.models.values()
        representations = loaded.representations.items()
        ready = {name: form.decode(form.encode(inputs[name]))[""] for name, form in representations}
        work = paired(
            lambda: score(inputs), lambda: model.predict(ready), n_pairs=int(n_pairs), clock=time.process_time
        )
        found |= dict(zip(("ratio", "apply", "raw"), work, strict=True))
    sys.stdout.write(json.dumps(found))


def read_inputs(file: str, n_jets: int) -> dict[str, ak.Array]:
    """Return what the example's processor gives as inputs."""
    with uproot.open(file) as opened:
        events = opened["Events"].arrays([f"part_{name}" for name in _COLUMNS], entry_stop=n_jets)
    particles = ak.zip({name: events[f"part_{name}"] for name in _COLUMNS}, depth_limit=1)
    return {"image": particles, "substructure": hepml.substructure(particles)}


if __name__ == "__main__":
    main()
