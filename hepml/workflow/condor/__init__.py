"""``process`` and ``predict`` as HTCondor jobs: submit, status, resubmit, collect.

from hepml.workflow import condor

condor.submit("recipe.yaml", "dataset", jobs=20)
manifest = condor.collect("dataset", wait=True)
"""

from hepml.workflow.condor.collect import collect as collect
from hepml.workflow.condor.resubmit import resubmit as resubmit
from hepml.workflow.condor.status import status as status
from hepml.workflow.condor.submit import submit as submit
from hepml.workflow.condor.work import work as work

__all__ = ["collect", "resubmit", "status", "submit", "work"]
