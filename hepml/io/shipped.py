"""Files beside the package: examples, processors, templates and sites of HTCondor."""

from __future__ import annotations

import sys
from pathlib import Path

from hepml.errors import RecipeError


def shipped_folder(name: str) -> Path:
    """Return a top-level folder: beside the package in a checkout, under ``share/hepml`` where installed.

    Raises
    ------
    RecipeError
        It is in neither place.
    """
    places = (Path(__file__).resolve().parents[2], Path(sys.prefix) / "share" / "hepml")
    for place in places:
        if (place / "processors" / "jet_images.py").is_file() and (place / name).is_dir():
            return place / name
    msg = f"the folder {name!r} is not installed (looked in {places[0]} and {places[1]}): install hepml again, with pip"
    raise RecipeError(msg)
