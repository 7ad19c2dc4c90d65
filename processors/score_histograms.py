"""Histograms of the scores of trained runs, per dataset and region, in numbers of events, with coffea alone.

It makes no examples, so `hepml process` does not read it: it is a coffea processor of your own, with hepml's models in
it, and runs on any of coffea's executors.  Copy it, and change regions, histograms and what the runs read::

    from coffea.processor import FuturesExecutor, Runner
    from score_histograms import ScoreHistograms, schema, write

    fileset = {"w": {"files": {"data/w.root": "Events"}}, "data": {"files": {"data/data.root": "Events"}}}
    histograms = ScoreHistograms(["out/runs/cnn", "out/runs/bdt"], cross_sections_pb={"w": 3.6}, luminosity_per_pb=1e5)
    runner = Runner(FuturesExecutor(workers=4), schema=schema, metadata_cache={})
    write("histograms.root", runner(fileset, histograms))

Workers find this file where they run from the same folder; give those of Dask a copy (`client.upload_file`).
Scores of events that the training has read are biased, unless the runs have folds.
"""

import awkward as ak
import hist
import numpy as np
import uproot
from coffea.nanoevents import BaseSchema
from coffea.processor import ProcessorABC

from hepml import Scorer, substructure

schema = BaseSchema

# Name → which jets.
REGIONS = {
    "all": lambda jets: np.ones(len(jets), bool),
    "w_mass": lambda jets: (jets.jet_mass >= 60) & (jets.jet_mass < 110),
}
KEY = ("run", "lumi", "event")  # for runs with folds: says which of them has not seen an event


class ScoreHistograms(ProcessorABC):
    """Scores in bins, scaled to cross-section × luminosity / Σw; data, which have no cross-section, are counted."""

    def __init__(self, runs, *, cross_sections_pb, luminosity_per_pb):
        # A scorer is a path and a hash: it travels with the processor, and loads its models once in each worker.
        self.scorers = [Scorer(run) for run in runs]
        self.cross_sections_pb, self.luminosity_per_pb = dict(cross_sections_pb), luminosity_per_pb

    def process(self, events):
        """Return Σw of all events, and histograms of those in each region."""
        weight = ak.to_numpy(events.generator_weight) if "generator_weight" in events.fields else np.ones(len(events))
        columns = {name: events[f"part_{name}"] for name in ("pt", "eta", "phi", "energy", "charge")}
        particles = ak.zip(columns, depth_limit=1)
        inputs = {"image": particles, "substructure": substructure(particles)}
        key = {name: ak.to_numpy(events[name]) for name in KEY}
        regions = {region: ak.to_numpy(select(events)) for region, select in REGIONS.items()}
        histograms = {}
        for scorer in self.scorers:
            for name, score in scorer(inputs, key=key).items():
                for region, rows in regions.items():
                    axis = hist.axis.Regular(50, 0, 1, name="score", label=name)
                    histogram = hist.Hist(axis, storage="weight").fill(score[rows], weight=weight[rows])
                    histograms[f"{region}/{name}"] = histogram
        return {events.metadata["dataset"]: {"sum_w": float(weight.sum()), "histograms": histograms}}

    def postprocess(self, accumulator):
        """Scale what was summed over all chunks; Σw is that of all of them, so not before."""
        for dataset, found in accumulator.items():
            if dataset in self.cross_sections_pb and found["sum_w"]:  # 0 where all files are empty
                scale = self.cross_sections_pb[dataset] * self.luminosity_per_pb / found["sum_w"]
                found["histograms"] = {name: histogram * scale for name, histogram in found["histograms"].items()}
        return accumulator


def write(path, accumulator):
    """Write every histogram as ``<dataset>/<region>/<score>``."""
    with uproot.recreate(path) as file:
        for dataset, found in accumulator.items():
            for name, histogram in found["histograms"].items():
                file[f"{dataset}/{name}"] = histogram
