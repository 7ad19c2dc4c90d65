"""An XRootD server of this machine, made for the tests and gone with them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CONFIG = """
all.export {export}
all.adminpath {folder}/admin
all.pidpath {folder}/admin
xrd.port {port}
xrd.network nodnr
"""
_START_SECONDS = 30


class NoServerError(Exception):
    """This machine has no XRootD server, and says why."""


@contextmanager
def xrootd_server(folder: Path, export: Path) -> Iterator[str]:
    """Give the URL of a server of the folder `export`, which anybody on this machine may read and write.

    Raises
    ------
    NoServerError
        XRootD is not installed, and cannot be.
    """
    program = _program()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "xrootd.cfg"
    config.write_text(_CONFIG.format(export=export, folder=folder, port=port))
    command = [program, "-c", str(config), "-l", str(folder / "log"), "-n", "hepml"]
    if os.getuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "nobody")
        command += ["-R", "nobody"]
    server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield f"root://127.0.0.1:{port}/{export}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _program() -> str:
    """Return the server's program, installed from Debian's packages where it is missing and that can be done."""
    if shutil.which("xrootd") is None or shutil.which("xrdcp") is None:
        if os.getuid() != 0 or shutil.which("apt-get") is None:
            msg = "xrootd and xrdcp are not installed, and only root on Debian could do it: apt install xrootd-server"
            raise NoServerError(msg)
        packages = ["xrootd-server", "xrootd-client"]
        for step in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *packages]):
            done = subprocess.run(["apt-get", *step], capture_output=True, text=True, timeout=300, check=False)
            if done.returncode:
                msg = f"apt-get {step[0]} failed: {' '.join(done.stderr.split())[-200:]}"
                raise NoServerError(msg)
    program = shutil.which("xrootd")
    if program is None:
        msg = "xrootd was installed, and is not on the PATH"
        raise NoServerError(msg)
    return program


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if server.poll() is not None or time.monotonic() > deadline:
            msg = f"xrootd does not start (status {server.poll()})"
            raise NoServerError(msg)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
