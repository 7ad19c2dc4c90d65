"""The look that all figures share: mplhep's ROOT style at the size of a slide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import mplhep

# Any: matplotlib types the names of its settings one by one.
_SETTINGS: Any = {
    **mplhep.style.ROOT,
    # Glyphs that TeX Gyre Heros lacks (Greek, arrows) come from the next font that has them.
    "font.sans-serif": ["TeX Gyre Heros", "DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "axes.unicode_minus": True,
    "figure.figsize": (8.0, 7.0),
    "font.size": 18,
    "legend.fontsize": 14,
    "legend.handlelength": 1.8,
    "axes.linewidth": 1.4,
    "lines.linewidth": 2.2,
    "xtick.major.size": 9,
    "xtick.minor.size": 4.5,
    "ytick.major.size": 9,
    "ytick.minor.size": 4.5,
    "pdf.fonttype": 3,  # as Type 42 the OpenType font is embedded in a way that viewers warn about
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def hep_style() -> Iterator[None]:
    """Draw with the settings of this room inside the context; matplotlib's own are as before afterwards."""
    with mpl.rc_context():
        mpl.rcdefaults()  # a user's own matplotlibrc must not change the figures of a report
        mpl.rcParams.update(_SETTINGS)
        yield
