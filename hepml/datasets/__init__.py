"""Datasets on disk as weighted, shuffled, dense batches of their parts."""

from hepml.datasets.dataset import Dataset, open_dataset
from hepml.datasets.source import PartSource
from hepml.datasets.split import part_buckets, part_names
from hepml.datasets.whole_part import as_arrays

__all__ = ["Dataset", "PartSource", "as_arrays", "open_dataset", "part_buckets", "part_names"]
