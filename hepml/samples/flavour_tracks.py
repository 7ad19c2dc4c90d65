"""The tracks of jets as a silicon tracker would measure them."""

from __future__ import annotations

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.samples.flavour_options import FlavourSampleOptions
from hepml.samples.impact_parameters import perigee, resolution_mm, smearing


def measured_tracks(
    constituents: ak.Array, vertex_mm: NDArray[np.float64], options: FlavourSampleOptions, rng: np.random.Generator
) -> ak.Array:
    """Return the tracks of each jet, by falling pT.

    Errors hold the resolution of the vertex, with which all tracks of an event are shifted together.  pT, η and φ are
    not smeared: their errors are small beside those of the jets.

    Parameters
    ----------
    constituents : awkward array, n lists of records
        As the particles of `FlavourBatch`, by falling pT.
    vertex_mm : array, shape (n, 3)
        Deviation of the reconstructed vertex of each jet's event from the true one, which is at 0.
    options : FlavourSampleOptions
        Resolutions, efficiency and limits.
    rng : Generator
        Draws.

    Returns
    -------
    awkward array, n lists of records
        ``pt``, ``eta``, ``phi`` (at the closest approach), ``d0``, ``z0``, ``d0_error``, ``z0_error`` in mm (float32),
        ``charge`` in e and ``origin`` (int32).
    """
    charged = constituents[constituents.charge != 0]
    counts = ak.to_numpy(ak.num(charged))
    flat = ak.flatten(charged)
    px, py, pz, x, y, z = (ak.to_numpy(flat[name]) for name in ("px", "py", "pz", "x", "y", "z"))
    charge, pt = ak.to_numpy(flat.charge), np.hypot(px, py)
    place = np.stack([x, y, z]) - np.repeat(vertex_mm, counts, axis=0).T
    true = perigee(place, np.stack([px, py, pz]), charge, field_t=options.field_t)
    sin_theta = pt / np.hypot(pt, pz)
    d0_error = resolution_mm(options.d0_resolution_um, pt, sin_theta)
    z0_error = resolution_mm(options.z0_resolution_um, pt, sin_theta) / sin_theta
    tails = (options.tail_fraction, options.tail_scale)
    d0 = true.d0 + smearing(d0_error, rng, tail_fraction=tails[0], tail_scale=tails[1])
    z0 = true.z0 + smearing(z0_error, rng, tail_fraction=tails[0], tail_scale=tails[1])
    found = (pt >= options.track_pt_gev) & (rng.random(len(pt)) < options.track_efficiency)
    found &= (np.abs(d0) < options.largest_d0_z0_mm[0]) & (np.abs(z0 * sin_theta) < options.largest_d0_z0_mm[1])
    vertex_xy, vertex_z = (each / 1000 for each in options.vertex_resolution_um)
    numbers = {
        "pt": pt,
        "eta": np.arcsinh(pz / pt),
        "phi": true.phi,
        "d0": d0,
        "z0": z0,
        "d0_error": np.hypot(d0_error, vertex_xy),
        "z0_error": np.hypot(z0_error, vertex_z),
    }
    columns = {name: values[found].astype(np.float32) for name, values in numbers.items()}
    columns["charge"] = charge[found].astype(np.int32)
    columns["origin"] = ak.to_numpy(flat.origin)[found].astype(np.int32)
    jet = np.repeat(np.arange(len(counts)), counts)
    return ak.unflatten(ak.zip(columns), np.bincount(jet[found], minlength=len(counts)))
