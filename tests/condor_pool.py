"""An HTCondor pool of this machine, made for the tests and gone with them.

HTCondor runs no job as root, and what root writes is often for root alone to read.  So where the tests run as root, the
pool runs in a user namespace: what is root outside is an ordinary user inside.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import string
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from condor_release import NoPoolError, find_release

USER = "hepml-test"
START_SECONDS, STOP_SECONDS = 60, 10
CONFIG = Path(__file__).with_suffix(".config")


@contextmanager
def condor_environment() -> Iterator[Mapping[str, str]]:
    """Give the environment variables with which HTCondor's commands find a running pool, or raise NoPoolError.

    It is a pool of its own; with HEPML_TEST_CONDOR=system, the one that this machine belongs to.
    """
    if os.environ.get("HEPML_TEST_CONDOR") == "system":
        _ask_system()
        yield {}
        return
    pool = CondorPool(find_release())
    try:
        pool.start()
        yield pool.environment
    finally:
        pool.stop()


def _ask_system() -> None:
    try:
        asked = subprocess.run(["condor_q", "-totals"], capture_output=True, text=True, timeout=60)
        complaint = asked.stderr if asked.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as problem:
        complaint = str(problem)
    if complaint:
        msg = f"HEPML_TEST_CONDOR=system, but condor_q does not answer: {' '.join(complaint.split())}"
        raise NoPoolError(msg)


@dataclass(frozen=True)
class Runner:
    """Who runs the pool.

    Attributes
    ----------
    user : str
        Whose jobs these are.
    command : list of str
        What starts a program as that user and, through the kernel, ends it with these tests, even if they are killed.
    owner : int
        To whom the pool's folder belongs.
    ids : str
        HTCondor's account, as its commands see it.
    """

    user: str
    command: list[str]
    owner: int
    ids: str


def choose_runner() -> Runner:
    """Return how the pool can run here."""
    if os.getuid():
        user = pwd.getpwuid(os.getuid())
        return Runner(user.pw_name, ["setpriv", "--pdeathsig=QUIT"], user.pw_uid, f"{user.pw_uid}.{user.pw_gid}")
    user = _account()
    inside = ["unshare", "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}", "--mount", "--pid"]
    inside += ["--mount-proc", "--fork", "--kill-child=KILL"]
    if subprocess.run([*inside, "true"], capture_output=True).returncode == 0:
        return Runner(USER, ["setpriv", "--pdeathsig=KILL", *inside], 0, "0.0")
    as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups", "--pdeathsig=QUIT"]
    return Runner(USER, as_user, user.pw_uid, f"{user.pw_uid}.{user.pw_gid}")


def _account() -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(USER)
    done = subprocess.run(["useradd", "--system", USER], capture_output=True, text=True)
    with suppress(KeyError):
        return pwd.getpwnam(USER)
    msg = f"there is no account {USER}, and useradd cannot make it: {done.stderr.strip()}"
    raise NoPoolError(msg)


class CondorPool:
    """One machine of 4 CPUs, a queue and a central manager, with a port and a folder of their own.

    Parameters
    ----------
    release : Path
        HTCondor's programs.
    """

    def __init__(self, release: Path) -> None:
        self._release = release
        self._folder = Path(tempfile.mkdtemp(prefix="hepml-condor-"))  # a short path: sockets are below it
        self._launcher: psutil.Popen | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for HTCondor's commands."""
        path = [f"{self._release}/usr/bin", f"{self._release}/usr/sbin", os.environ["PATH"]]
        return {"CONDOR_CONFIG": f"{self._folder}/condor_config", "PATH": os.pathsep.join(path)}

    def start(self) -> None:
        """Start the pool and wait until it takes jobs."""
        runner = choose_runner()
        self._prepare(runner)
        with self._said.open("wb") as out:
            self._launcher = psutil.Popen(
                [*runner.command, f"{self._release}/usr/sbin/condor_master", "-f", "-t"],
                env=self.environment | {"HOME": str(self._folder), "USER": runner.user, "LOGNAME": runner.user},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._takes_jobs():
            if self._launcher.poll() is not None or time.monotonic() > deadline:
                msg = f"HTCondor does not start: {' '.join(self._said.read_text(errors='replace').split())[-500:]}"
                raise NoPoolError(msg)
            time.sleep(0.2)

    def stop(self) -> None:
        """End all processes of the pool and remove its folder."""
        if self._launcher is not None:
            family = [self._launcher, *self._launcher.children(recursive=True)]
            master = next((process for process in family if process.name() == "condor_master"), self._launcher)
            master.send_signal(signal.SIGQUIT)  # at once; a terminate would wait for jobs
            psutil.wait_procs([master], timeout=STOP_SECONDS)
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            self._launcher.wait(STOP_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _said(self) -> Path:
        return self._folder / "log" / "said"

    def _prepare(self, runner: Runner) -> None:
        self._folder.chmod(0o755)
        for name in ("run", "log", "lock", "spool", "execute", "secrets"):
            (self._folder / name).mkdir(0o700 if name == "secrets" else 0o755)
        values = {"release": self._release, "folder": self._folder, "port": _free_port(), "user": runner.user}
        text = string.Template(CONFIG.read_text(encoding="utf-8")).substitute(values, ids=runner.ids)
        (self._folder / "condor_config").write_text(text, encoding="utf-8")
        for path in (self._folder, *self._folder.iterdir()):
            os.chown(path, runner.owner, -1)

    def _takes_jobs(self) -> bool:
        command = [f"{self._release}/usr/bin/condor_status", "-any", "-autoformat", "MyType"]
        told = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        return set(told.stdout.split()) >= {"Machine", "Negotiator", "Scheduler"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
