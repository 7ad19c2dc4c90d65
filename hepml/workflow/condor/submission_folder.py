"""The folder of a submission, and the paths in it."""

from __future__ import annotations

from pathlib import Path

from hepml.batch.folder import FOLDER
from hepml.batch.submit_files import JOB_FILE, JOBS, Batch, job_name
from hepml.errors import BatchError
from hepml.workflow.condor.records import (
    ORDER_FILE,
    REPORT_FILE,
    SUBMISSION_FILE,
    Job,
    Report,
    Submission,
    read_record,
)


class SubmissionFolder:
    """The folder of a submission, and the paths in it.

    Parameters
    ----------
    output : path
        Folder of the dataset or the friends.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.path = output / FOLDER

    @property
    def order_file(self) -> Path:
        """What all jobs do."""
        return self.path / ORDER_FILE

    def job_folder(self, number: int) -> Path:
        """Return the folder of one job."""
        return self.path / JOBS / job_name(number)

    def submission(self) -> Submission:
        """Return what was submitted.

        Raises
        ------
        BatchError
            Nothing was.
        """
        only_tried = (self.path / ORDER_FILE).exists()
        remedy = "it was a dry run, so submit" if only_tried else "give the output folder of `hepml condor submit`"
        return read_record(self.path / SUBMISSION_FILE, Submission, remedy=remedy)

    def has_submission(self) -> bool:
        """Return whether something was, or was about to be, submitted from here."""
        return (self.path / SUBMISSION_FILE).exists()

    def job(self, number: int) -> Job:
        """Return what one job has to do.

        Raises
        ------
        BatchError
            It is missing or damaged.
        """
        return read_record(self.job_folder(number) / JOB_FILE, Job)

    def report(self, number: int) -> Report | None:
        """Return what a job said at its end; None where it has said nothing."""
        path = self.job_folder(number) / REPORT_FILE
        try:
            return read_record(path, Report)
        except BatchError:  # not there, or the job was cut off while it wrote, or HTCondor while it brought it
            return None

    def batch(self, submission: Submission) -> Batch:
        """Return what all jobs have in common, as HTCondor needs it."""
        return Batch(
            submission=submission.id,
            name=submission.name,
            folder=self.path.resolve(),
            work=ORDER_FILE,
            shipped=submission.shipped,
            site=submission.site,
            n_jobs=submission.n_jobs,
        )
