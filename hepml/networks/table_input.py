"""From a raw table to what a dense layer can read: numbers on one scale, indicators, categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from hepml.contracts import ArraySpec
from hepml.networks.backbone import standardise_name
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

Compression = Literal["root", "log", "none"]


@dataclass(frozen=True)
class TableTreatment:
    """How a table is read.

    Attributes
    ----------
    compress : str
        What shrinks the tails of standardised numbers.
    indicate_missing : bool
        One more input for each column of numbers that may be missing.
    one_hot_up_to : int
        Categories of more codes are embedded.
    """

    compress: Compression
    indicate_missing: bool
    one_hot_up_to: int


def table_features(treatment: TableTreatment, name: str, spec: ArraySpec, table: Any, seeds: SeedStream) -> Any:
    """Return the features of one table, shape (n, f), from its raw values.

    A number is standardised with the training part's constants, and its mean stands in where it is missing.  A category
    is one column per code, or an embedding; a code that is none, or missing, is zero in all of them.
    """
    categories = spec.categories or (0,) * spec.shape[-1]
    numbers = [column for column, size in enumerate(categories) if size == 0]
    parts = [_numbers(treatment, name, spec, table, numbers)] if numbers else []
    for column, size in enumerate(categories):
        if size:
            parts.append(_category(treatment, name, table, column, size, seeds))
    return import_keras().layers.Concatenate()(parts) if len(parts) > 1 else parts[0]


def _numbers(treatment: TableTreatment, name: str, spec: ArraySpec, table: Any, numbers: list[int]) -> Any:
    from hepml.networks.layers import Compress, Standardise
    from hepml.networks.table_layers import Columns

    may_miss = spec.may_miss or (False,) * spec.shape[-1]
    indicated = [column for column in numbers if may_miss[column]] if treatment.indicate_missing else []
    missing = "indicate" if indicated else "zero"
    x = Standardise(spec.moments_shape, missing, indicated or None, name=standardise_name(name))(table)
    if len(numbers) < spec.shape[-1]:
        indicators = range(spec.shape[-1], spec.shape[-1] + len(indicated))
        x = Columns([*numbers, *indicators])(x)
    return x if treatment.compress == "none" else Compress(treatment.compress)(x)


def _category(treatment: TableTreatment, name: str, table: Any, column: int, size: int, seeds: SeedStream) -> Any:
    keras = import_keras()
    from hepml.networks.table_layers import OneHot

    codes = OneHot(column, size, name=f"{name}_category_{column}")(table)
    if size <= treatment.one_hot_up_to:
        return codes
    # A dense layer on one-hot codes is an embedding in which an unknown code is zero, and not what was never learnt.
    start = keras.initializers.RandomNormal(stddev=1.0, seed=seeds.next())
    return keras.layers.Dense(embedding_size(size), use_bias=False, kernel_initializer=start)(codes)


def embedding_size(n_codes: int) -> int:
    """Return the length of the vector of a category: 1.6 · n^0.56, at most 32.

    Examples
    --------
    >>> embedding_size(20), embedding_size(10_000)
    (9, 32)
    """
    return min(32, max(2, round(1.6 * n_codes**0.56)))
