"""What a calorimeter is made of, as the parametrisation of showers sees it: one material, or the mean of two."""

from __future__ import annotations

from typing import Literal, NamedTuple

Material = Literal["lead_argon", "lead", "tungsten"]


class Medium(NamedTuple):
    """A medium; a named tuple, which compiled code takes.

    Attributes
    ----------
    z : float
        Atomic number.
    x0_cm : float
        Radiation length.
    moliere_cm : float
        Molière radius.
    critical_gev : float
        Critical energy.
    """

    z: float
    x0_cm: float
    moliere_cm: float
    critical_gev: float


class _Element(NamedTuple):
    """An element: atomic number, mass number, radiation length in g/cm², density in g/cm³ (Particle Data Group)."""

    z: float
    a: float
    x0_g_cm2: float
    density: float

    @property
    def critical_mev(self) -> float:
        """Critical energy, hep-ex/0001020."""
        return 2.66 * (self.x0_g_cm2 * self.z / self.a) ** 1.1


_SCALE_MEV = 21.2
_LEAD = _Element(82, 207.2, 6.37, 11.35)
_TUNGSTEN = _Element(74, 183.84, 6.76, 19.3)
_ARGON = _Element(18, 39.948, 19.55, 1.396)

_MATERIALS: dict[str, tuple[tuple[_Element, float], ...]] = {
    "lead_argon": ((_LEAD, 0.2), (_ARGON, 0.4)),
    "lead": ((_LEAD, 1.0),),
    "tungsten": ((_TUNGSTEN, 1.0),),
}
"""Material → elements and their thickness in a sampling layer, in cm."""


def medium_of(material: Material) -> Medium:
    r"""Return the medium that layers of a material are on average.

    With w the share of the mass: Z = Σ w Z, 1/X0 = Σ w/X0, E_c = X0 Σ w E_c/X0 and 1/R_M = Σ w E_c/X0 / 21.2 MeV
    (hep-ex/0001020).  The sampling corrections to the mean profiles there are left out: showers are those of a
    homogeneous block of this medium.

    Examples
    --------
    >>> lead = medium_of("lead")
    >>> round(1000 * lead.critical_gev, 2), round(lead.x0_cm, 3), round(lead.moliere_cm, 2)
    (7.36, 0.561, 1.62)
    """
    layers = _MATERIALS[material]
    masses = [element.density * cm for element, cm in layers]
    shares = [mass / sum(masses) for mass in masses]
    density = sum(masses) / sum(cm for _, cm in layers)
    elements = [element for element, _ in layers]
    x0 = 1 / sum(w / element.x0_g_cm2 for w, element in zip(shares, elements, strict=True))
    per_x0 = sum(w * element.critical_mev / element.x0_g_cm2 for w, element in zip(shares, elements, strict=True))
    z = sum(w * element.z for w, element in zip(shares, elements, strict=True))
    return Medium(z, x0 / density, _SCALE_MEV / per_x0 / density, x0 * per_x0 / 1000)
