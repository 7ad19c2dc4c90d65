"""Files → their scores in the folder: what is new is scored, what has changed is scored again, the rest stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hepml.contracts import Key, LumiScore, Threshold
from hepml.errors import HepmlError, InputError
from hepml.io.lumi_scores import read_lumi_scores, write_lumi_scores
from hepml.io.shards import checksum_file
from hepml.monitoring.kept_maps import lumi_scores
from hepml.workflow.flag_folder import FlagFolder, FlaggedFile
from hepml.workflow.flag_model import FlagModel


@dataclass(frozen=True)
class LeftOut:
    """A file that could not be taken, and why."""

    path: str
    reason: str


class FlaggedFiles:
    """The files of an output folder and the scores of their lumisections, without maps, in memory.

    Parameters
    ----------
    folder : FlagFolder
        Held by this process.
    model : FlagModel
        Scores what is new.
    thresholds : mapping of str to Threshold
        Say of which lumisections maps are kept.
    most_maps : int
        See `lumi_scores`.
    """

    def __init__(
        self, folder: FlagFolder, model: FlagModel, thresholds: Mapping[str, Threshold], *, most_maps: int
    ) -> None:
        self._folder, self._model, self._thresholds, self._most_maps = folder, model, thresholds, most_maps
        self._files: dict[str, FlaggedFile] = {}
        self._scores: dict[str, list[LumiScore]] = {}
        self._owner: dict[Key, str] = {}
        for file in folder.files().values():
            self._take(file, list(read_lumi_scores(folder.scores(file))))

    @property
    def scores(self) -> list[LumiScore]:
        """Of all files, without maps."""
        return [score for scores in self._scores.values() for score in scores]

    @property
    def files(self) -> list[FlaggedFile]:
        """All files, in the order in which they came."""
        return list(self._files.values())

    def files_of(self, keys: Collection[Key]) -> list[FlaggedFile]:
        """Return the files that have these lumisections."""
        return [self._files[path] for path in sorted({self._owner[key] for key in keys})]

    def add(self, path: Path) -> bool:
        """Take a file and return whether it was scored now; a file whose content is known is not.

        Raises
        ------
        InputError
            The file cannot be read, or holds a lumisection that another one has.
        HepmlError
            As the model says.
        """
        file = FlaggedFile(str(path.absolute()), _fingerprint(path))
        if self._files.get(file.path) == file:
            return False
        before = self._files.get(file.path)
        moved = self._moved_to(file)
        if moved is not None:
            self._drop(moved)
            self._take(file, list(read_lumi_scores(self._folder.scores(file))))
        else:
            scores = lumi_scores(self._model.score(path), self._thresholds, most_maps=self._most_maps)
            self._refuse_twice(file, scores)
            write_lumi_scores(self._folder.scores(file), scores)
            if before is not None:
                self._drop(before)
            self._take(file, scores)
        self._folder.record(self.files)
        return moved is None

    def _moved_to(self, file: FlaggedFile) -> FlaggedFile | None:
        """Return the file of the same content whose path is no more."""
        same = [other for other in self._files.values() if other.fingerprint == file.fingerprint]
        return next((other for other in same if other.path != file.path and not Path(other.path).exists()), None)

    def _refuse_twice(self, file: FlaggedFile, scores: Sequence[LumiScore]) -> None:
        seen: set[Key] = set()
        for score in scores:
            owner = self._owner.get(score.key)
            if score.key in seen or owner not in (None, file.path):
                where = f"in {owner} too" if owner not in (None, file.path) else "twice in it"
                msg = (
                    f"{file.path}: {score.histogram!r} of run {score.run}, lumisection {score.lumi}, is {where}: which "
                    "of the two is right cannot be known: leave one out, or join files that hold a part each"
                )
                raise InputError(msg)
            seen.add(score.key)

    def _take(self, file: FlaggedFile, scores: list[LumiScore]) -> None:
        self._files[file.path] = file
        self._scores[file.path] = [_without_maps(score) for score in scores]
        self._owner |= {score.key: file.path for score in scores}

    def _drop(self, file: FlaggedFile) -> None:
        del self._files[file.path]
        for score in self._scores.pop(file.path):
            self._owner.pop(score.key, None)


def add_or_leave_out(files: FlaggedFiles, path: Path) -> LeftOut | None:
    """Take a file; return why it could not be, where it could not."""
    try:
        files.add(path)
    except HepmlError as problem:
        return LeftOut(str(path), " ".join(str(problem).split()))
    return None


def _fingerprint(path: Path) -> str:
    try:
        return checksum_file(path)
    except OSError as problem:
        msg = f"{path}: cannot be read ({problem.strerror}): check the name"
        raise InputError(msg) from None


def _without_maps(score: LumiScore) -> LumiScore:
    return replace(score, maps=None)
