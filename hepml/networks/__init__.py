"""Everything made of Keras: layers, one file per backbone, heads and losses, the training step.

Importing this package imports no framework; its functions do, through `import_keras`.
"""

from hepml.networks.backbone import Backbone
from hepml.networks.keras_import import import_keras

__all__ = ["Backbone", "import_keras"]
