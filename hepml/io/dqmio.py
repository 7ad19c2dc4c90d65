"""The parquet form of DQMIO: one row per histogram and lumisection, written and read a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hepml.contracts import MonitoredHistogram
from hepml.errors import InputError, nearest
from hepml.io.folder import replacing

TH1F, TH2F = 3, 6
"""Codes of `metype`; all types of TH1 are below that of TH2F."""

SCHEMA = pa.schema(
    [
        ("fromrun", pa.int64()),
        ("fromlumi", pa.int64()),
        ("hname", pa.string()),
        ("metype", pa.int32()),
        ("histo", pa.list_(pa.float32())),
        ("entries", pa.float64()),
        *((f"{axis}{part}", pa.float64()) for axis in "XY" for part in ("min", "max")),
        *((f"{axis}bins", pa.int64()) for axis in "XY"),
    ]
)

_BATCH_ROWS = 64


class DqmioWriter:
    """Writes histograms to one parquet file, which appears when the context ends without an error."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._stack = ExitStack()
        self._writer: Any = None

    def __enter__(self) -> DqmioWriter:
        with ExitStack() as opening:
            temporary = opening.enter_context(replacing(self.path))
            self._writer = opening.enter_context(pq.ParquetWriter(temporary, SCHEMA, compression="zstd"))
            self._stack = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, problem, traceback)

    def extend(self, histograms: Iterable[MonitoredHistogram]) -> None:
        """Append histograms as one row group, with empty under- and overflow."""
        rows = [_row(histogram) for histogram in histograms]
        self._writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))


def _row(histogram: MonitoredHistogram) -> dict[str, Any]:
    x, y = (*histogram.axes, (1, 0.0, 1.0))[:2]
    return {
        "fromrun": histogram.run,
        "fromlumi": histogram.lumi,
        "hname": histogram.path,
        "metype": TH2F if histogram.counts.ndim == 2 else TH1F,
        "histo": np.pad(histogram.counts, 1).ravel(),
        "entries": histogram.entries,
        "Xbins": x[0],
        "Xmin": x[1],
        "Xmax": x[2],
        "Ybins": y[0],
        "Ymin": y[1],
        "Ymax": y[2],
    }


def read_dqmio(paths: Iterable[str | Path], *, names: Iterable[str] = ()) -> Iterator[MonitoredHistogram]:
    """Yield the histograms of parquet files, a few rows in memory at a time.

    Parameters
    ----------
    paths : iterable of path
        Files with at least the columns of `SCHEMA`; ``histo`` holds all bins in the order of ROOT, x first, with or
        without under- and overflow.
    names : iterable of str, optional
        ``hname`` of those that are wanted; all where there are none.

    Raises
    ------
    InputError
        A file or column is absent or damaged, a histogram's bins are not as many as its axes say, or no row of a file
        has a name that is wanted.
    """
    wanted = frozenset(names)
    for path in paths:
        found: set[str] = set()
        for row in _rows(Path(path)):
            found.add(str(row["hname"]))
            if not wanted or row["hname"] in wanted:
                yield _histogram(row, str(path))
        for absent in sorted(wanted - found):
            msg = f"{path}: holds no histogram {absent!r}: {nearest(absent, sorted(found))}"
            raise InputError(msg)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with pq.ParquetFile(path) as file:
            absent = [name for name in SCHEMA.names if name not in file.schema_arrow.names]
            if absent:
                msg = f"{path}: lacks the column {absent[0]!r} of DQMIO: {nearest(absent[0], file.schema_arrow.names)}"
                raise InputError(msg)
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=SCHEMA.names):
                histo = batch.column("histo")
                bins, offsets = histo.flatten().to_numpy(), histo.offsets.to_numpy() - histo.offsets[0].as_py()
                columns = {name: batch.column(name).to_pylist() for name in SCHEMA.names if name != "histo"}
                for index in range(batch.num_rows):
                    plain = {name: values[index] for name, values in columns.items()}
                    yield plain | {"histo": bins[offsets[index] : offsets[index + 1]]}
    except (OSError, pa.ArrowException) as problem:
        msg = f"{path}: cannot be read as parquet ({' '.join(str(problem).split())[:120]}): check the file"
        raise InputError(msg) from None


def _histogram(row: dict[str, Any], path: str) -> MonitoredHistogram:
    x = (int(row["Xbins"]), float(row["Xmin"]), float(row["Xmax"]))
    is_map = int(row["metype"]) >= TH2F
    axes = (x, (int(row["Ybins"]), float(row["Ymin"]), float(row["Ymax"]))) if is_map else (x,)
    subsystem, _, name = str(row["hname"]).partition("/")
    counts = _inner(row["histo"], tuple(axis[0] for axis in reversed(axes)), f"{path}: {row['hname']}")
    return MonitoredHistogram(
        int(row["fromrun"]), int(row["fromlumi"]), subsystem, name or subsystem, counts, axes, float(row["entries"])
    )


def _inner(bins: NDArray[Any], shape: tuple[int, ...], place: str) -> NDArray[np.float64]:
    """Return the bins without under- and overflow, y first."""
    with_flow = tuple(n + 2 for n in shape)
    if len(bins) == np.prod(with_flow):
        return np.asarray(bins.reshape(with_flow)[(slice(1, -1),) * len(shape)], np.float64)
    if len(bins) == np.prod(shape):
        return np.asarray(bins.reshape(shape), np.float64)
    msg = (
        f"{place}: has {len(bins)} bins, and axes of {' × '.join(map(str, shape))} make {np.prod(shape)}, or "
        f"{np.prod(with_flow)} with under- and overflow: write the file again"
    )
    raise InputError(msg)
