"""A figure to files: the same figure gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from hepml.io.folder import write_bytes_atomic
from hepml.plots.style import hep_style

DOTS_PER_INCH = 150

_CANVAS: dict[str, Any] = {"png": FigureCanvasAgg, "pdf": FigureCanvasPdf}
# Times and versions would make two reports of the same numbers differ.
_METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


@dataclass(frozen=True)
class SavedFigure:
    """Where the two files of a figure are."""

    png: Path
    pdf: Path


def save_figure(figure: Figure, folder: str | Path, name: str) -> SavedFigure:
    """Write ``<name>.png`` and ``<name>.pdf`` into `folder`, each the whole of it or nothing.

    Parameters
    ----------
    figure : Figure
        From this room.
    folder : str or Path
        Made where it does not exist.
    name : str
        Stem of the files; letters that a file name should not have are replaced (see `file_stem`).

    Raises
    ------
    OutputError
        The folder cannot be written, or the disk is full.
    """
    stem = Path(folder) / file_stem(name)
    saved = SavedFigure(stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.pdf"))
    write_bytes_atomic(saved.png, figure_bytes(figure, kind="png"))
    write_bytes_atomic(saved.pdf, figure_bytes(figure, kind="pdf"))
    return saved


def figure_bytes(figure: Figure, *, kind: str) -> bytes:
    """Return the figure as a file of `kind` ``"png"`` or ``"pdf"``; the same bytes every time."""
    stream = io.BytesIO()
    canvas, metadata = _CANVAS[kind](figure), _METADATA[kind]
    before = figure.dpi
    figure.dpi = DOTS_PER_INCH
    # Not `Figure.savefig`, which draws a figure that was ever laid out twice, the first time into nothing.
    with hep_style():
        getattr(canvas, f"print_{kind}")(stream, metadata=metadata)
    figure.dpi = before
    return stream.getvalue()


def file_stem(name: str) -> str:
    """Return `name` as a safe stem of a file; two names never get the same one.

    Examples
    --------
    >>> file_stem("scores_cnn")
    'scores_cnn'
    >>> file_stem("../my run").startswith("my_run-")
    True
    """
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:80]
    if safe and safe == name:
        return safe
    return f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
