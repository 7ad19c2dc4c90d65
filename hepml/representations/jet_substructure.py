"""Substructure variables of jets, as flat columns for a `Table`."""

from __future__ import annotations

import awkward as ak
import numpy as np

from hepml.errors import ShapeError
from hepml.representations.ragged import ragged_columns, record
from hepml.representations.substructure_kernel import compute_substructure
from hepml.representations.table_columns import Column

MAX_PARTICLES = 2000
"""Per jet; beyond it D2, whose time grows with the third power, would take a second for one row."""

SUBSTRUCTURE_COLUMNS = (
    Column(name="mass", unit="GeV"),
    Column(name="pt", unit="GeV"),
    Column(name="n_particles", kind="integer"),
    Column(name="n_charged", kind="integer"),
    Column(name="width"),
    Column(name="ptd"),
    Column(name="z1"),
    Column(name="z2"),
    Column(name="z3"),
    Column(name="tau1"),
    Column(name="tau2"),
    Column(name="tau3"),
    Column(name="tau21"),
    Column(name="tau32"),
    Column(name="c2"),
    Column(name="d2"),
)
"""What `substructure` returns, ready for ``Table.of``."""


def substructure(particles: ak.Array, *, radius: float = 1.0) -> ak.Array:
    r"""Return the substructure variables of each jet.

    Parameters
    ----------
    particles : awkward array with one row per jet
        Jagged ``pt`` (GeV), ``eta``, ``phi`` (rad), ``charge`` (e) and, where there is one, ``energy`` (GeV); without
        it particles are massless.
    radius : float
        Radius R0 of the jets, in the normalisation of τ.

    Returns
    -------
    record array of float32, one row per jet
        With z = pT / ΣpT of each particle and ΔR to the pT-weighted centroid in the η–φ plane:

        - ``mass``, ``pt``: of the sum of the four-vectors, in GeV
        - ``n_particles``, ``n_charged``
        - ``width`` = Σ z ΔR; ``ptd`` = √Σz²; ``z1``, ``z2``, ``z3``: the largest z
        - ``tau1``, ``tau2``, ``tau3`` = Σ z min ΔR to N axes / R0, β = 1 (arXiv:1011.2268); axes minimise it
        - ``tau21``, ``tau32``: their ratios
        - ``c2`` = e₃/e₂² (arXiv:1305.0007) and ``d2`` = e₃/e₂³ (arXiv:1409.6298), β = 1

        A jet with too few particles to have a variable has 0 there.  All but ``mass`` and ``pt`` stay the same when the
        jet is turned or mirrored in the η–φ plane; those two when it is moved or mirrored in φ, or mirrored in η.

    Raises
    ------
    ShapeError
        A column is absent, is not one list of numbers per jet, or differs from another in the lengths of its lists; or
        a row is too long for a jet.

    Examples
    --------
    >>> two = ak.Array({"pt": [[30.0, 10.0]], "eta": [[0.0, 0.4]], "phi": [[0.0, 0.0]], "charge": [[1, 0]]})
    >>> jet = substructure(two)[0]
    >>> round(float(jet.width), 3), round(float(jet.z1), 3), round(float(jet.tau2), 3)
    (0.15, 0.75, 0.0)
    """
    names = ["pt", "eta", "phi", "charge", *(["energy"] if "energy" in particles.fields else [])]
    offsets, contents = ragged_columns(particles, names)
    longest = int(np.diff(offsets).max(initial=0))
    if longest > MAX_PARTICLES:
        msg = f"a row has {longest} particles, more than {MAX_PARTICLES}: give the particles of jets, not of events"
        raise ShapeError(msg)
    pt, eta, phi = (np.ascontiguousarray(contents[name], dtype=np.float32) for name in ("pt", "eta", "phi"))
    if "energy" in contents:
        energy = contents["energy"].astype(np.float32).astype(np.float64)
    else:
        energy = pt.astype(np.float64) * np.cosh(eta.astype(np.float64))
    values = compute_substructure(offsets, pt, eta, phi, energy, contents["charge"] != 0, radius)
    return record({column.name: values[row] for row, column in enumerate(SUBSTRUCTURE_COLUMNS)}, n_rows=len(particles))
