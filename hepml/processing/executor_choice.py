"""Who does the work: which of the executors, with how many workers, and where these are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hepml.batch.site import Site, load_site
from hepml.errors import RecipeError
from hepml.recipe import Resources

ExecutorName = Literal["iterative", "futures", "dask"]
"""In this process; in processes of this machine, by coffea's executors of these names; on a Dask cluster."""

ClusterName = Literal["htcondor"]
"""Whose jobs are Dask workers."""


@dataclass(frozen=True)
class Workforce:
    """Who does the work.

    Attributes
    ----------
    executor : {"iterative", "futures", "dask"}
        Which executor.
    workers : int
        Number of worker processes.
    scheduler : str, optional
        Address of a running Dask scheduler; default for ``"dask"``: a cluster of this machine, or of `site`.
    site : Site, optional
        An HTCondor pool: its jobs are the Dask workers.
    """

    executor: ExecutorName = "iterative"
    workers: int = 1
    scheduler: str | None = None
    site: Site | None = None

    def asking(self, resources: Resources) -> Workforce:
        """Return the same, with what a recipe asks for in place of a site's own requests."""
        return self if self.site is None else replace(self, site=self.site.asking(resources))


ALONE = Workforce()
"""All is done in this process."""


def choose_workforce(
    executor: ExecutorName | None,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    cluster: ClusterName | None = None,
    site: Site | str | Path | None = None,
) -> Workforce:
    """Return who does the work: what was asked for, or what fits to what else was said.

    Parameters
    ----------
    executor : {"iterative", "futures", "dask"}, optional
        What was asked for.
    workers : int
        Number of worker processes.
    scheduler : str, optional
        Address of a running Dask scheduler.
    cluster : {"htcondor"}, optional
        Whose jobs are Dask workers.
    site : Site or path, optional
        The pool of a cluster; default: one with a shared file system and this Python.

    Raises
    ------
    RecipeError
        Two of them contradict each other.
    SiteError
        The site file is wrong.

    Examples
    --------
    >>> choose_workforce(None).executor, choose_workforce(None, workers=4).executor
    ('iterative', 'futures')
    >>> choose_workforce(None, scheduler="tcp://node:8786").executor
    'dask'
    >>> choose_workforce(None, cluster="htcondor").site == Site()
    True
    """
    if scheduler is None and cluster is None:
        if site is not None:
            msg = f"a site is for the workers of a cluster, found {site} and none: add --cluster htcondor"
            raise RecipeError(msg)
        return Workforce(executor or ("futures" if workers > 1 else "iterative"), workers)
    if scheduler is not None and cluster is not None:
        msg = f"a scheduler has workers of its own, found {scheduler} and --cluster {cluster}: leave one of the two out"
        raise RecipeError(msg)
    if executor not in (None, "dask"):
        kind, found = ("scheduler", scheduler) if cluster is None else ("cluster", cluster)
        msg = f"only the executor dask has a {kind}, found {executor} and {found}: leave one of the two out"
        raise RecipeError(msg)
    if cluster is None:
        return Workforce("dask", workers, scheduler)
    pool = site if isinstance(site, Site) else Site() if site is None else load_site(site)
    return Workforce("dask", workers, site=pool)
