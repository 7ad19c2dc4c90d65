"""Where the results of a submission are: chunks that are finished, here or in jobs' folders, and how they come home."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hepml.batch.site import Storage
from hepml.batch.submit_files import STORED, job_name
from hepml.contracts import Chunk
from hepml.errors import BatchError, DatasetError
from hepml.io.folder import output_errors, remove_temporary, write_text_atomic
from hepml.processing import Plan, Sink
from hepml.processing.plan import plan_of_files
from hepml.processing.share import Piece, chunks_of
from hepml.workflow.condor.order import Order
from hepml.workflow.condor.records import RETURNED, Report, Submission, read_order
from hepml.workflow.condor.submission_folder import SubmissionFolder

ARCHIVE = "output.tar"
"""Results of a job as it leaves them in a storage."""


class Results:
    """The results of one submission.

    Parameters
    ----------
    place : SubmissionFolder
        Its folder.

    Raises
    ------
    BatchError
        There is no submission, or it is of another version.
    """

    def __init__(self, place: SubmissionFolder) -> None:
        self.place = place
        self.submission: Submission = place.submission()
        self.order: Order = read_order(place.order_file)
        self.home: Sink = self.order.sink(place.output)

    @property
    def numbers(self) -> range:
        """Numbers of all jobs."""
        return range(1, self.submission.n_jobs + 1)

    def chunks(self, number: int) -> tuple[Chunk, ...] | None:
        """Return the chunks of one job; None where it was to plan them itself and has not said what it found."""
        pieces = self._planned(number)
        if pieces is None:
            return None
        return tuple(chunk for piece in pieces for chunk in chunks_of(piece, self.order.how.chunk_size))

    def left(self, number: int, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return those chunks of a job that are finished neither here nor in what it has brought home."""
        away = self.order.sink(self.place.job_folder(number) / RETURNED)
        left = [chunk for chunk in chunks if not self.home.finished(chunk) and not away.finished(chunk)]
        stored = self._stored(number) if left else frozenset()
        return [chunk for chunk in left if chunk.name not in stored]

    def bring_home(self, number: int) -> None:
        """Move what a job has finished to the output's folder, from its own or from the storage.

        Raises
        ------
        BatchError
            The storage does not give it; it counts as missing from then on.
        OutputError
            It cannot be written.
        """
        if self.submission.site.shared_file_system:
            return
        chunks = self.chunks(number) or ()
        waiting = [chunk for chunk in chunks if not self.home.finished(chunk)]
        storage = self.submission.site.storage
        if storage is not None and waiting and self._stored(number):
            try:
                _fetch(storage, self.submission.id, self.place.job_folder(number), job_name(number))
            except BatchError:
                write_text_atomic(self.place.job_folder(number) / STORED, "")
                raise
        away = self.order.sink(self.place.job_folder(number) / RETURNED)
        for chunk in waiting:
            if away.finished(chunk):
                _move(away.paths(chunk), self.home.paths(chunk))

    def missing(self, number: int) -> list[Chunk] | None:
        """Return the chunks of a job that are not here, or damaged: those are removed; None where none is known.

        Raises
        ------
        OutputError
            A damaged file cannot be removed.
        """
        chunks = self.chunks(number)
        return None if chunks is None else [chunk for chunk in chunks if not self._is_whole(chunk)]

    def plan(self) -> Plan:
        """Return the plan of all jobs together.

        Raises
        ------
        InputError
            A file comes twice, which only its having been opened tells.
        """
        pieces, left_out = {}, list(self.submission.left_out)
        for number in self.numbers:
            report = None if self.submission.opened else self.place.report(number)
            left_out += report.left_out if report is not None else ()
            for piece in self._planned(number) or ():
                pieces[piece.input, piece.path] = piece
        names = self.order.inputs
        chosen = sorted(pieces.values(), key=lambda piece: (names.index(piece.input), piece.path))
        files = [(piece.input, piece.info) for piece in chosen]
        return plan_of_files(files, chunk_size=self.order.how.chunk_size, left_out=left_out)

    def _stored(self, number: int) -> frozenset[str]:
        """Return the names of chunks that a job has left in the storage."""
        report = self.place.report(number)
        stored = self.place.job_folder(number) / STORED
        if report is None or not stored.is_file() or not stored.stat().st_size:
            return frozenset()
        return frozenset(report.finished)

    def _planned(self, number: int) -> tuple[Piece, ...] | None:
        if self.submission.opened:
            return self.place.job(number).pieces
        report: Report | None = self.place.report(number)
        job = self.place.job(number)
        if report is None or len(report.files) + len(report.left_out) < len(job.pieces):
            return None
        return tuple(replace(piece, first=0, stop=sys.maxsize) for piece in report.files)

    def _is_whole(self, chunk: Chunk) -> bool:
        if not self.home.finished(chunk):
            return False
        try:
            self.home.verify(chunk)
        except DatasetError:
            with output_errors(self.place.output):
                self.home.paths(chunk)[-1].unlink(missing_ok=True)
            return False
        return True


def _move(sources: Sequence[Path], targets: Sequence[Path]) -> None:
    """Move the files of a chunk, the one that makes it finished last; what an earlier call has moved stays."""
    for source, target in zip(sources, targets, strict=True):
        with output_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.exists():
                source.replace(target)


def _fetch(storage: Storage, submission: str, folder: Path, name: str) -> None:
    """Fetch a job's archive and unpack it into its folder."""
    remove_temporary(folder)
    archive = folder / ARCHIVE
    source = f"{storage.target.rstrip('/')}/{submission}-{name}.tar"
    words = shlex.split(storage.copy_in)
    command = [word.replace("{source}", source).replace("{target}", str(archive)) for word in words]
    said = ""
    for attempt in range(1, storage.attempts + 1):
        archive.unlink(missing_ok=True)
        try:
            done = subprocess.run(  # noqa: S603  (a list, no shell)
                command, capture_output=True, text=True, timeout=storage.copy_in_seconds, check=False
            )
            said = done.stderr or done.stdout
            if done.returncode == 0 and archive.exists():
                break
        except (OSError, subprocess.TimeoutExpired) as problem:
            said = str(problem)
        if attempt < storage.attempts:
            time.sleep(storage.wait_seconds * attempt)
    else:
        reason = " ".join(said.split())[-200:]
        msg = (
            f"{source}: cannot be fetched in {storage.attempts} tries ({reason}): check the storage, and collect again"
        )
        raise BatchError(msg)
    with output_errors(folder):
        try:
            with tarfile.open(archive, "r:") as packed:
                packed.extractall(folder, filter="data")  # refuses what would leave the folder
        except tarfile.TarError as problem:
            msg = f"{source}: the archive is damaged ({' '.join(str(problem).split())}): run `hepml condor resubmit`"
            raise BatchError(msg) from None
        archive.unlink()
