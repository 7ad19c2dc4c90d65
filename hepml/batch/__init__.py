"""Batch systems: HTCondor jobs and what a pool gives them; nothing of chunks or datasets."""
