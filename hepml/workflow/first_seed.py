"""A run with its first seed only: what is costly is found for one seed."""

from __future__ import annotations

from dataclasses import replace

from hepml.inference import LoadedRun


def first_seed(run: LoadedRun) -> LoadedRun:
    """Return the run with the members of its first seed, one for each fold."""
    members = tuple(member for member in run.info.members if member.seed == run.info.seeds[0])
    models = {member.name: run.models[member.name] for member in members}
    return LoadedRun(run.folder, replace(run.info, members=members), models)
