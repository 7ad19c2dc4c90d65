"""What a report is about, in a few words."""

from __future__ import annotations

from hepml.contracts import TaskSpec


def report_title(task: TaskSpec) -> str:
    """Return the targets, or else the classes, of a task.

    Examples
    --------
    >>> from hepml.tasks import TaskContext, build_task
    >>> report_title(build_task("classification", {}, TaskContext(("w", "qcd"))))
    'w against qcd'
    >>> report_title(build_task("regression", {"target": "jet_mass_gev"}, TaskContext(("w", "qcd"))))
    'Regression of jet_mass_gev'
    """
    if task.kind == "multitask":
        label = " against ".join(task.classes) if any(o.target == "label" for o in task.outputs) else ""
        return ", ".join([*([label] if label else []), *task.spectators])
    if task.kind == "next_item":
        return f"{'Next items' if task.outputs[0].loss_options.get('ahead') else 'Items'} of {task.target_inputs[0]}"
    if task.spectators:
        return f"{task.kind.capitalize()} of {', '.join(task.spectators)}"
    return " against ".join(task.classes) or task.kind.capitalize()
