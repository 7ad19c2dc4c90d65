"""Small, physically honest ROOT ntuples to learn, test and compare on; one table, one file per idea."""

from hepml.samples.summary import SampleFile, SampleSummary
from hepml.samples.table import SAMPLES, SampleEntry, build_sample, sample_options

__all__ = ["SAMPLES", "SampleEntry", "SampleFile", "SampleSummary", "build_sample", "sample_options"]
