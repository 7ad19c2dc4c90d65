"""Site files: what they may say, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hepml.batch.site import Site, load_site, site_schema
from hepml.errors import SiteError
from hepml.io.shipped import shipped_folder
from hepml.recipe import Resources


@pytest.mark.parametrize("name", ["local_pool.yaml", "no_shared_files.yaml"])
def test_sites_that_are_shipped_are_valid(name):
    site = load_site(shipped_folder("condor") / name)
    assert site.shared_file_system == (name == "local_pool.yaml")


def write(folder: Path, text: str) -> Path:
    (folder / "site.yaml").write_text(text)
    return folder / "site.yaml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("request_memory: 5", r"unknown key 'request_memory': did you mean 'request_memory_mb'"),
        ("request_memory_mb: lots", r"request_memory_mb = 'lots'"),
        ("submit: {'+Flavour': \"a\\nqueue 100\"}", r"submit.\+Flavour"),
        ("submit: {'queue 5; x': y}", r"submit"),
        ("environment: {image: a, archive: b}", r"an image or an archive, not both"),
        ('environment: {setup: ["a\\nb"]}', r"environment.setup.0"),
        ("storage: {target: /x}", r"storage is for sites without a shared file system"),
        ("{shared_file_system: false, storage: {target: /x, copy_out: cp a b}}", r"needs \{source\} and \{target\}"),
        ("largest_memory_mb: 100", r"largest_memory_mb is 100, below request_memory_mb 4000"),
        ("- a", r"a site file is a mapping of keys to values, found list"),
        ("submit: {Log: mine.log}", r"submit = .*: log is written by hepml: leave it out"),
        ("a: [", r"cannot be read .* it is YAML"),
    ],
)
def test_what_is_refused_says_why(tmp_path, text, message):
    with pytest.raises(SiteError, match=message):
        load_site(write(tmp_path, text))


def test_a_site_that_is_not_there(tmp_path):
    with pytest.raises(SiteError, match=r"nowhere\.yaml: there is no such site file"):
        load_site(tmp_path / "nowhere.yaml")


def test_an_archive_is_found_from_the_site_file(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    site = load_site(write(tmp_path, "environment: {archive: env.tar.gz}"))
    assert site.environment.archive == str(tmp_path / "env.tar.gz")


def test_an_empty_file_is_a_site_of_defaults(tmp_path):
    assert load_site(write(tmp_path, "")) == Site()


def test_the_recipe_may_ask_for_more():
    asked = Site(request_memory_mb=1000, largest_memory_mb=2000).asking(Resources(memory_mb=3000, cpus=2))
    assert (asked.request_cpus, asked.request_memory_mb, asked.largest_memory_mb) == (2, 3000, 3000)
    assert Site().asking(Resources()) == Site()


def test_the_schema_has_every_key():
    assert set(json.loads(site_schema())["properties"]) == set(Site.model_fields)
