"""Who does the work, and what contradicts itself."""

from __future__ import annotations

import pytest

from hepml import workflow
from hepml.batch.site import Site
from hepml.cli.arguments import Cluster
from hepml.errors import MissingExtraError, RecipeError, SiteError, WorkerError
from hepml.processing import ClusterName, Workforce, choose_workforce, process_dataset
from hepml.recipe import Resources


@pytest.mark.parametrize(
    ("executor", "said", "chosen"),
    [
        (None, {}, Workforce("iterative", 1)),
        (None, {"workers": 3}, Workforce("futures", 3)),
        ("iterative", {"workers": 3}, Workforce("iterative", 3)),
        ("dask", {"workers": 2}, Workforce("dask", 2)),
        (None, {"scheduler": "tcp://x:1"}, Workforce("dask", 1, "tcp://x:1")),
        (None, {"cluster": "htcondor", "workers": 9}, Workforce("dask", 9, site=Site())),
        ("dask", {"cluster": "htcondor", "site": Site(retries=7)}, Workforce("dask", 1, site=Site(retries=7))),
    ],
)
def test_choice(executor, said, chosen):
    assert choose_workforce(executor, **said) == chosen


@pytest.mark.parametrize(
    ("executor", "said", "message"),
    [
        ("futures", {"scheduler": "tcp://x:1"}, r"only the executor dask has a scheduler, found futures and tcp://x:1"),
        ("futures", {"cluster": "htcondor"}, r"only the executor dask has a cluster, found futures and htcondor"),
        (None, {"cluster": "htcondor", "scheduler": "tcp://x:1"}, r"found tcp://x:1 and --cluster htcondor: leave one"),
        (
            None,
            {"site": "site.yaml", "workers": 2},
            r"a site is for .* a cluster, found site.yaml .*--cluster htcondor",
        ),
    ],
)
def test_contradictions(executor, said, message):
    with pytest.raises(RecipeError, match=message):
        choose_workforce(executor, **said)


def test_site_file(tmp_path):
    (tmp_path / "site.yaml").write_text("request_memory_mb: 1234\n")
    site = choose_workforce(None, cluster="htcondor", site=tmp_path / "site.yaml").site
    assert site == Site(request_memory_mb=1234)
    with pytest.raises(SiteError, match=r"there is no such site file"):
        choose_workforce(None, cluster="htcondor", site=tmp_path / "no.yaml")


def test_recipe_says_what_workers_ask_for():
    workforce = Workforce("dask", site=Site()).asking(Resources(memory_mb=6000))
    assert (workforce.site.request_memory_mb, workforce.site.request_cpus) == (6000, 1)
    assert Workforce().asking(Resources(memory_mb=6000)) == Workforce()


@pytest.fixture
def recipe(make_recipe, toy_files):
    return make_recipe(toy_files)


def test_machine_without_htcondor(recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkerError, match=r"--cluster htcondor needs the command condor_submit, which is not here"):
        workflow.process(recipe, tmp_path / "d", cluster="htcondor")


@pytest.mark.parametrize(
    ("site", "message"),
    [
        (Site(shared_file_system=False), r"shared_file_system is false: use hepml condor"),
        (Site(environment={"archive": "env.tar.gz"}), r"environment.archive is unpacked by jobs of hepml condor only"),
    ],
)
def test_site_that_is_not_for_dask_workers(recipe, tmp_path, site, message):
    with pytest.raises(SiteError, match=message):
        workflow.process(recipe, tmp_path / "d", cluster="htcondor", site=site)


def test_dask_jobqueue_is_in_the_extra(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr("hepml.batch.dask_jobqueue_import.find_spec", lambda name: None)
    with pytest.raises(
        MissingExtraError, match=r"'dask-jobqueue', which is not installed: pip install 'hepml\[dask\]'"
    ):
        process_dataset(recipe, tmp_path / "d", workforce=Workforce("dask", site=Site()))


def test_command_line_knows_all_clusters():
    assert Cluster == ClusterName
