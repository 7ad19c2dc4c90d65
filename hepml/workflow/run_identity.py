"""What tells two runs apart whose scores differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pydantic

from hepml.inference import Backend
from hepml.inference.run_info import RunInfo

_NO_INFLUENCE: Mapping[str, Any] = {
    "recipe": True,
    "versions": True,
    "rows": True,
    "learning": True,
    "keys": True,
    "condition_ranges": True,
    "members": {"__all__": {"n_train", "fraction"}},
}
"""What a run knows and scores do not depend on."""


def run_identity(info: RunInfo, *, backend: Backend = "native") -> str:
    """Return a hash of all that scores depend on: how a run is evaluated, and by which versions, is not part of it."""
    about = pydantic.TypeAdapter(RunInfo).dump_python(info, mode="json", exclude=_NO_INFLUENCE)
    about |= {"backend": backend} if backend != "native" else {}
    return short_hash(json.dumps([about, info.recipe["split"], info.recipe["event_key"]], sort_keys=True))


def short_hash(text: str) -> str:
    """Return 16 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
