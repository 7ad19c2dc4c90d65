"""The tasks: what an output means, which loss it has and what it is compared with; no framework, no data."""

from hepml.tasks.context import TaskContext
from hepml.tasks.table import TASKS, build_task

__all__ = ["TASKS", "TaskContext", "build_task"]
