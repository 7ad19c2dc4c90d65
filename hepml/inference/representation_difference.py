"""What differs between two representations, in words."""

from __future__ import annotations

from hepml.contracts import RepresentationSpec


def representation_difference(found: RepresentationSpec, trained: RepresentationSpec) -> str:
    """Return what differs between a representation and the one that a run was trained on.

    Examples
    --------
    >>> one, other = (RepresentationSpec("pixel_map", {"charge": charge}) for charge in ("log", "linear"))
    >>> representation_difference(one, other)
    'another charge (log) than the run was trained on (linear)'
    """
    if found.kind != trained.kind:
        return f"representation {found.kind!r}, and the run was trained on {trained.kind!r}"
    keys = [key for key in {**found.options, **trained.options} if found.options.get(key) != trained.options.get(key)]
    values = [[str(spec.options.get(key))[:60] for key in keys] for spec in (found, trained)]
    return f"another {' and '.join(keys)} ({', '.join(values[0])}) than the run was trained on ({', '.join(values[1])})"
