"""From ROOT files to the examples of a dataset: processors, plans, executors, accounting, resume."""

from hepml.processing.buckets import event_buckets
from hepml.processing.check import check_recipe
from hepml.processing.check_report import CheckReport, InputCheck
from hepml.processing.checked_examples import checked_examples
from hepml.processing.coffea_processor import processor
from hepml.processing.dataset import process_dataset
from hepml.processing.execute import LOGS, execute
from hepml.processing.executor_choice import ClusterName, ExecutorName, Workforce, choose_workforce
from hepml.processing.plan import Plan, make_plan
from hepml.processing.processor_file import ProcessorModule, load_processor_file
from hepml.processing.sink import Sink

__all__ = [
    "LOGS",
    "CheckReport",
    "ClusterName",
    "ExecutorName",
    "InputCheck",
    "Plan",
    "ProcessorModule",
    "Sink",
    "Workforce",
    "check_recipe",
    "checked_examples",
    "choose_workforce",
    "event_buckets",
    "execute",
    "load_processor_file",
    "make_plan",
    "process_dataset",
    "processor",
]
