"""Keys for the traffic of a Dask cluster: whoever reached its scheduler without them could run anything as the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hepml.io.folder import output_errors

_ROLES = ("client", "scheduler", "worker")


@contextmanager
def new_keys(folder: Path) -> Iterator[Any]:
    """Give new keys to a cluster, as files that nobody else can read and that go with the block.

    Raises
    ------
    OutputError
        They cannot be written.
    """
    from distributed.security import Security

    made = Security.temporary()
    contents = {"cert": made.tls_client_cert, "key": made.tls_client_key}
    paths = {kind: folder / f"{kind}.pem" for kind in contents}
    try:
        for kind, path in paths.items():
            with output_errors(path):
                path.touch(mode=0o600, exist_ok=False)
                path.write_text(contents[kind], encoding="ascii")
        files = {f"tls_{role}_{kind}": str(path) for role in _ROLES for kind, path in paths.items()}
        yield Security(tls_ca_file=str(paths["cert"]), require_encryption=True, **files)
    finally:
        for path in paths.values():
            path.unlink(missing_ok=True)
