"""Layers of our own: normalisation, compression and augmentation."""

from __future__ import annotations

import math
from typing import Any

from hepml.contracts import Normalisation
from hepml.networks.gaussian import GaussianInUnits
from hepml.networks.keras_import import import_keras
from hepml.networks.line_layers import OccupiedPixels, PlacesOfWindow, ShearedWindow
from hepml.networks.map_layers import LeaveRectangleOut, MapDeviation, MapLatent, ResizeMap
from hepml.networks.pixel_augmentation import PixelAugmentation
from hepml.networks.sequence_layers import ClassToken, ItemAttention, MaskItems, PoolItems, ReverseItems
from hepml.networks.table_layers import Columns, OneHot
from hepml.networks.view_layers import SplitViews, StackViews

keras: Any = import_keras()
ops = keras.ops

PACKAGE = "hepml"


class Standardise(keras.layers.Layer):
    """``(x − offset) / scale`` with constants that are saved with the model; the identity until they are set.

    Parameters
    ----------
    shape : sequence of int
        Shape of the constants: trailing axes of the input.
    missing : str
        What becomes of NaN: ``"keep"``; ``"zero"``, which is the mean; ``"indicate"``, zero and one column more for
        each of `indicated`, which is 1 where the value was missing.
    indicated : sequence of int, optional
        Columns with an indicator; default: all.
    """

    def __init__(
        self,
        shape: Any,
        missing: str = "keep",
        indicated: Any = None,
        name: str | None = None,
        trainable: bool = False,
    ) -> None:
        super().__init__(name=name, trainable=False, dtype="float32")
        del trainable  # the constants are never trained, whatever a saved configuration says
        self.shape = tuple(shape)
        self.missing = missing
        self.indicated = None if indicated is None else [int(column) for column in indicated]
        self.offset = self.add_weight(name="offset", shape=self.shape, initializer="zeros", trainable=False)
        self.scale = self.add_weight(name="scale", shape=self.shape, initializer="ones", trainable=False)

    def set_constants(self, constants: Normalisation) -> None:
        """Set offset and scale, both of this layer's shape."""
        self.offset.assign(constants.offset)
        self.scale.assign(constants.scale)

    def call(self, inputs: Any) -> Any:
        """Return the standardised inputs."""
        scaled = (inputs - self.offset) / self.scale
        if self.missing == "keep":
            return scaled
        absent = ops.isnan(inputs)
        filled = ops.where(absent, ops.zeros_like(scaled), scaled)
        if self.missing == "zero":
            return filled
        if self.indicated is not None:
            absent = ops.take(absent, self.indicated, axis=-1)
        return ops.concatenate([filled, ops.cast(absent, "float32")], axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer, constants apart."""
        return {
            "shape": list(self.shape),
            "missing": self.missing,
            "indicated": self.indicated,
            "name": self.name,
            "trainable": False,
        }


class InUnits(keras.layers.Layer):
    """``x · scale + offset``: from a standardised output to the unit of its target; the identity until they are set."""

    def __init__(self, name: str | None = None, trainable: bool = False) -> None:
        super().__init__(name=name, trainable=False, dtype="float32")
        del trainable
        self.offset = self.add_weight(name="offset", shape=(), initializer="zeros", trainable=False)
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones", trainable=False)

    def set_constants(self, offset: float, scale: float) -> None:
        """Set what a standardised target was made with."""
        self.offset.assign(offset)
        self.scale.assign(scale)

    def call(self, inputs: Any) -> Any:
        """Return the outputs in units of the target."""
        return inputs * self.scale + self.offset

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer, constants apart."""
        return {"name": self.name, "trainable": False}


class Compress(keras.layers.Layer):
    """Shrink large values, keeping the sign and zero: ``"root"`` is √|x|, ``"log"`` is ln(1 + |x|)."""

    def __init__(self, kind: str, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.kind = kind

    def call(self, inputs: Any) -> Any:
        """Return the compressed inputs."""
        size = ops.abs(inputs)
        return ops.sign(inputs) * (ops.sqrt(size) if self.kind == "root" else ops.log1p(size))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"kind": self.kind, "name": self.name}


class RandomMove(keras.layers.Layer):
    """Reflect, rotate and shift each image of a training batch at random; the identity otherwise.

    Parameters
    ----------
    reflect : bool
        Mirror each of the two axes with probability ½.
    rotation_deg : float
        Rotate about the image's middle by an angle uniform in ± this.
    shift_pixels : float
        Shift along each axis by a distance uniform in ± this.
    seed : int
        Of the layer's own generator, whose state is a variable of the model.
    """

    def __init__(
        self,
        reflect: bool = False,
        rotation_deg: float = 0.0,
        shift_pixels: float = 0.0,
        seed: int = 0,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype="float32")
        self.reflect, self.rotation_deg, self.shift_pixels = reflect, rotation_deg, shift_pixels
        self.seed = seed
        self.enabled = True
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the moved images, shape (n, height, width, channel)."""
        if not (training and self.enabled):
            return inputs
        images = inputs
        if self.reflect:
            for axis in (1, 2):
                mirrored = ops.less(self._uniform(images, 0.0, 1.0), 0.5)[:, None, None, None]
                images = ops.where(mirrored, ops.flip(images, axis=axis), images)
        if self.rotation_deg or self.shift_pixels:
            images = ops.image.affine_transform(images, self._transforms(images), fill_mode="constant")
        return images

    def _transforms(self, images: Any) -> Any:
        """Return the 8 parameters of each image's map from output to input pixels."""
        height, width = (int(size) for size in images.shape[1:3])
        limit = math.radians(self.rotation_deg)
        angle = self._uniform(images, -limit, limit)
        right, down = (self._uniform(images, -self.shift_pixels, self.shift_pixels) for _ in range(2))
        cosine, sine, zero = ops.cos(angle), ops.sin(angle), ops.zeros_like(angle)
        mid_x, mid_y = (width - 1) / 2, (height - 1) / 2
        start_x = mid_x - cosine * mid_x + sine * mid_y + right
        start_y = mid_y - sine * mid_x - cosine * mid_y + down
        return ops.stack([cosine, -sine, start_x, sine, cosine, start_y, zero, zero], axis=1)

    def _uniform(self, images: Any, low: float, high: float) -> Any:
        return keras.random.uniform(ops.shape(images)[:1], low, high, seed=self.generator)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {
            "reflect": self.reflect,
            "rotation_deg": self.rotation_deg,
            "shift_pixels": self.shift_pixels,
            "seed": self.seed,
            "name": self.name,
        }


CUSTOM_OBJECTS: dict[str, type[Any]] = {
    "Standardise": Standardise,
    "InUnits": InUnits,
    "GaussianInUnits": GaussianInUnits,
    "Columns": Columns,
    "OneHot": OneHot,
    "Compress": Compress,
    "RandomMove": RandomMove,
    "PixelAugmentation": PixelAugmentation,
    "StackViews": StackViews,
    "SplitViews": SplitViews,
    "MaskItems": MaskItems,
    "ReverseItems": ReverseItems,
    "PoolItems": PoolItems,
    "ItemAttention": ItemAttention,
    "ClassToken": ClassToken,
    "OccupiedPixels": OccupiedPixels,
    "ShearedWindow": ShearedWindow,
    "PlacesOfWindow": PlacesOfWindow,
    "MapDeviation": MapDeviation,
    "LeaveRectangleOut": LeaveRectangleOut,
    "ResizeMap": ResizeMap,
    "MapLatent": MapLatent,
}
"""Every layer of ours that a saved model may hold; nothing else of ours or of anybody's is loaded."""

AUGMENTATIONS: tuple[type[Any], ...] = (RandomMove, PixelAugmentation, LeaveRectangleOut)
"""Layers that change training images at random while they are `enabled`."""
