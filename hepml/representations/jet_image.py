"""Images of jets: particles binned in a grid around the jet, after the jet is brought into a common frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import awkward as ak
import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Moments, Representation, RepresentationSpec
from hepml.errors import ShapeError
from hepml.options import Options
from hepml.representations.groups import checked_groups
from hepml.representations.jet_image_kernel import NORMALISE_L2, NORMALISE_NONE, NORMALISE_SUM, fill_images
from hepml.representations.ragged import list_column, ragged_columns, record
from hepml.representations.sparse_pixels import add_pixel_moments, scatter_pixels

Channel = Literal["pt", "charged_pt", "multiplicity"]
Pixels = Annotated[int, pydantic.Field(gt=0, le=1024)]

_KERNEL_ROW: Mapping[str, int] = {"pt": 0, "charged_pt": 1, "multiplicity": 2}
_NORMALISE_CODE: Mapping[str, int] = {"none": NORMALISE_NONE, "sum": NORMALISE_SUM, "l2": NORMALISE_L2}
_PT_NAMES: Mapping[str, tuple[str, str]] = {
    "none": ("pT", "GeV"),
    "sum": ("pT fraction", "1"),
    "l2": ("pT over norm", "1"),
}


class JetImageOptions(Options):
    """Grid, channels and steps of a jet image; the steps are taken in the order of their fields.

    The defaults are the preprocessing of arXiv:1803.00107 without its last step, the division by each pixel's σ, which
    belongs to the model that is trained.  37 pixels over ±1.0 suit jets of R = 1.0: the centroid lies so near the jet
    axis that on average less than 0.1% of the pT falls outside.  An odd number keeps the origin, and the axis on which
    two-prong jets lie after rotation, off the pixel edges.
    """

    pixels: Pixels | tuple[Pixels, Pixels] = pydantic.Field(37, description="Of both axes, or [n_x, n_y]; best odd")
    half_width: float = pydantic.Field(
        1.0, gt=0, allow_inf_nan=False, description="The grid covers ± this, in η and rad"
    )
    channels: tuple[Channel, ...] = pydantic.Field(("pt", "charged_pt", "multiplicity"), min_length=1)
    centre: bool = pydantic.Field(True, description="Move the pT-weighted centroid to the origin")
    rotate: bool = pydantic.Field(True, description="Turn the principal axis of pT onto the first image axis")
    flip: bool = pydantic.Field(True, description="Reflect each axis so that its positive half holds more pT")
    normalise: Literal["none", "sum", "l2"] = pydantic.Field(
        "sum", description="Divide pT channels by ΣpT of the jet, or by √Σpixel²"
    )

    @pydantic.model_validator(mode="after")
    def _each_channel_once(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            msg = f"channels {list(self.channels)} repeat: name each once"
            raise ValueError(msg)
        return self

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height (x, along η or the principal axis), width (y), channels."""
        n_x, n_y = (self.pixels, self.pixels) if isinstance(self.pixels, int) else self.pixels
        return (n_x, n_y, len(self.channels))


class JetImage(Representation):
    """Images of jets from their particles.

    Input columns are jagged, one list of particles per jet: ``pt`` (GeV), ``eta``, ``phi`` (rad, any branch) and, for
    the channel ``charged_pt`` alone, ``charge`` (e).  A jet without particles is an empty image.  NaN must have been
    refused before: a particle at NaN counts as outside the grid.

    Stored columns: ``pixel`` (list of unsigned integers: x index × n_y + y index), one list of float32 per channel, and
    ``outside_pt_fraction`` (float32), the part of the jet's ΣpT that the grid does not cover.  With ``normalise="sum"``
    the pT channel is divided by the ΣpT of **all** particles, so that it sums to 1 − ``outside_pt_fraction``.

    Inputs are rounded to float32 and then summed in float64, so float32 and float64 files give the same image.  With
    `centre`, `rotate` and `flip` the image stays the same when the jet is moved, turned or mirrored in the η–φ plane,
    but for particles that rounding takes over a pixel edge.  Without `centre` no φ is wrapped: give coordinates
    relative to the jet.

    Examples
    --------
    >>> image = JetImage(JetImageOptions(pixels=3, half_width=1.5, channels=("pt",), normalise="none"))
    >>> jets = ak.Array({"pt": [[30.0, 10.0]], "eta": [[0.5, 0.5]], "phi": [[3.1, -3.1]]})
    >>> image.decode(image.encode(jets))[""].shape
    (1, 3, 3, 1)
    """

    Options = JetImageOptions

    def __init__(self, options: JetImageOptions | None = None) -> None:
        self.options = options if options is not None else JetImageOptions()

    @property
    def spec(self) -> RepresentationSpec:
        """What rebuilds this representation."""
        return RepresentationSpec("jet_image", self.options.model_dump(mode="json"))

    @property
    def columns(self) -> Mapping[str, str]:
        """Jagged input columns → unit."""
        needed = {"pt": "GeV", "eta": "1", "phi": "rad"}
        return needed | {"charge": "e"} if "charged_pt" in self.options.channels else needed

    @property
    def missing_allowed(self) -> frozenset[str]:
        """None: every particle has all of its columns."""
        return frozenset()

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """One image, shape (n_x, n_y, n_channels); moments are kept per pixel and channel."""
        quantity, unit = _PT_NAMES[self.options.normalise]
        names = {
            "pt": f"{quantity} [{unit}]",
            "charged_pt": f"charged {quantity} [{unit}]",
            "multiplicity": "number of particles [1]",
        }
        features = tuple(names[channel] for channel in self.options.channels)
        shape = self.options.shape
        return {"": ArraySpec(shape, role="image", features=features, moments_shape=shape, axes=self._axes)}

    @property
    def _axes(self) -> tuple[tuple[str, float, float], ...]:
        """What the image axes are: after rotation no longer η and φ."""
        half = self.options.half_width
        names = ("Along principal axis", "Across principal axis") if self.options.rotate else ("Δη", "Δφ [rad]")
        return tuple((name, -half, half) for name in names)

    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn jagged particles, one row per jet, into sparse images.

        Raises
        ------
        ShapeError
            A column is absent, is not one list of numbers per jet, or differs from another in the lengths of its lists.
        """
        offsets, particles = ragged_columns(columns, list(self.columns))
        pt, eta, phi = (np.ascontiguousarray(particles[name], dtype=np.float32) for name in ("pt", "eta", "phi"))
        charged = particles["charge"] != 0 if "charge" in particles else np.zeros(len(pt), dtype=np.bool_)
        n_x, n_y, _ = self.options.shape
        image_offsets, pixel, value, outside = fill_images(
            offsets,
            pt,
            eta,
            phi,
            charged,
            n_x,
            n_y,
            self.options.half_width,
            self.options.centre,
            self.options.rotate,
            self.options.flip,
            _NORMALISE_CODE[self.options.normalise],
        )
        stored: dict[str, Any] = {"pixel": list_column(image_offsets, pixel.astype(self._pixel_dtype))}
        for channel in self.options.channels:
            stored[channel] = list_column(image_offsets, value[_KERNEL_ROW[channel]].copy())
        stored["outside_pt_fraction"] = outside
        return record(stored, n_rows=len(columns))

    def decode(self, stored: ak.Array) -> dict[str, NDArray[Any]]:
        """Turn sparse images into one C-contiguous float32 array of shape (n_jets, n_x, n_y, n_channels)."""
        offsets, pixel, value = self._pixels(stored)
        n_x, n_y, n_channels = self.options.shape
        dense = np.zeros((len(stored), n_x * n_y, n_channels), dtype=np.float32)
        scatter_pixels(offsets, pixel, value, dense)
        return {"": dense.reshape(len(stored), n_x, n_y, n_channels)}

    def moments(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> dict[str, Moments]:
        """Return the moments of every pixel and channel in each group; empty pixels count as zeros."""
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        offsets, pixel, value = self._pixels(stored)
        n_x, n_y, n_channels = self.options.shape
        sums = np.zeros((n_groups, n_x * n_y, n_channels, 2))
        add_pixel_moments(offsets, pixel, value, group, sums)
        shape = (n_groups, n_x, n_y, n_channels)
        rows = np.bincount(group, minlength=n_groups).astype(np.float64)
        count = np.broadcast_to(rows[:, None, None, None], shape)
        return {"": Moments(count, sums[..., 0].reshape(shape), sums[..., 1].reshape(shape))}

    @property
    def _pixel_dtype(self) -> type[np.unsignedinteger[Any]]:
        """The smallest stored type that numbers all pixels; fixed by the options, never by the data."""
        n_x, n_y, _ = self.options.shape
        return np.uint16 if n_x * n_y <= 2**16 else np.uint32

    def _pixels(self, stored: ak.Array) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.float32]]:
        """Return offsets, pixels, and values of shape (n_filled, n_channels).

        All pixels are on the grid: that is checked here, because compiled code does not.
        """
        offsets, lists = ragged_columns(stored, ["pixel", *self.options.channels])
        # Of a slice the lists hold what is before and after it, too: the pixels of a whole chunk, for each piece of it.
        lists = {name: content[offsets[0] : offsets[-1]] for name, content in lists.items()}
        offsets = offsets - offsets[0]
        n_x, n_y, _ = self.options.shape
        highest = int(lists["pixel"].max(initial=0))
        if highest >= n_x * n_y:
            msg = f"stored pixel {highest} is outside the {n_x} × {n_y} grid: decode with the options it was made with"
            raise ShapeError(msg)
        value = np.stack([lists[channel] for channel in self.options.channels], axis=1, dtype=np.float32)
        return offsets, lists["pixel"].astype(self._pixel_dtype, copy=False), value
