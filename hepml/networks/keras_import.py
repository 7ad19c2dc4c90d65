"""The one place where Keras and TensorFlow are imported, with their environment set first."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from hepml.errors import MissingExtraError, RunError


def import_keras() -> ModuleType:
    """Import Keras on TensorFlow, quietly unless ``TF_CPP_MIN_LOG_LEVEL`` is 0, and return it.

    TensorFlow takes seconds and 0.7 GB, so nothing imports it before it is needed.  The number of its threads is read
    from ``TF_NUM_INTRAOP_THREADS`` and ``TF_NUM_INTEROP_THREADS``, as everywhere.

    Raises
    ------
    MissingExtraError
        Keras or TensorFlow is not installed.
    RunError
        Keras was imported before with another backend.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with _without_greetings():
            import keras
            import tensorflow  # noqa: F401  (a missing one is reported here, not deep inside Keras)
    except ImportError as problem:
        msg = f"networks need Keras and TensorFlow ({problem}): pip install 'tensorflow' 'keras>=3'"
        raise MissingExtraError(msg) from None
    backend = keras.backend.backend()
    if backend != "tensorflow":
        msg = f"networks run on TensorFlow, and Keras is on {backend!r} here: set KERAS_BACKEND=tensorflow"
        raise RunError(msg)
    module: ModuleType = keras
    return module


@contextmanager
def _without_greetings() -> Iterator[None]:
    """Hold back what is written to the file of stderr, and let it out if the body fails.

    While TensorFlow is loaded its C++ writes some lines before it knows any log level.  They tell of oneDNN, with which
    a CNN trains 1.7 times as fast, so that switching it off is no way to silence them.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0" or "tensorflow" in sys.modules:
        yield
        return
    with tempfile.TemporaryFile() as held:
        stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
