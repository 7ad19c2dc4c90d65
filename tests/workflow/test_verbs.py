"""``hepml.workflow.<verb>`` is the function, whatever was imported before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hepml import workflow


@pytest.mark.parametrize("verb", sorted(set(workflow.__all__) - {"condor"}))
def test_each_verb_is_a_function(verb):
    assert getattr(workflow, verb).__name__ == verb
    assert getattr(workflow, verb).__doc__


@pytest.mark.parametrize("verb", ["submit", "status", "resubmit", "collect"])
def test_verbs_of_condor(verb):
    assert getattr(workflow.condor, verb).__name__ == verb
    assert getattr(workflow.condor, verb).__doc__


def test_a_verb_that_another_one_imports_stays_a_function():
    code = (
        "import hepml; from hepml import workflow; from hepml.workflow.run import run; import hepml.workflow.train\n"
        "assert run is workflow.run is hepml.run\n"
        "assert workflow.train.__module__ == hepml.train.__module__ == 'hepml.workflow.train'\n"
        "from hepml.workflow.train import Job, train\n"
        "assert train is workflow.train"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_no_verb():
    with pytest.raises(AttributeError, match=r"'hepml.workflow' has no attribute 'trian'"):
        workflow.trian  # noqa: B018
