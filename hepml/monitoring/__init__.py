"""From scores of lumisections to flags: thresholds, groups, known problems, golden JSON."""
