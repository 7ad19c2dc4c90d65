"""From scores of lumisections to flags: thresholds, groups, known problems, golden JSON."""

from hepml.monitoring.golden import GoldenMask

__all__ = ["GoldenMask"]
