"""Whether predicted errors are right."""

from __future__ import annotations

from numpy.typing import ArrayLike

from hepml.errors import DatasetError
from hepml.evaluation.checks import check_finite, check_lengths
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.residuals import Residuals, bias_of, residuals, resolution_of


def pulls(
    truth: ArrayLike, prediction: ArrayLike, predicted_error: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> tuple[Estimate, Estimate]:
    """Return mean and width of (prediction − truth)/predicted error: 0 and 1 where the errors are right.

    The width is half of the central 68.27% interval, so that tails do not hide a right core.

    Parameters
    ----------
    truth, prediction, sample_weight
        As for `residuals`.
    predicted_error : array of float, shape (n,)
        One standard deviation, as the model says; positive.

    Raises
    ------
    ShapeError, DatasetError
        As for `residuals`, or an error is not positive.

    Examples
    --------
    >>> pulls([1.0, 1.0], [2.0, 4.0], [1.0, 1.0])[0].value
    2.0
    """
    sample, error = residuals(truth, prediction, sample_weight=sample_weight), check_finite("error", predicted_error)
    check_lengths({"truth": sample.truth, "predicted_error": error})
    bad = int((error <= 0).sum())
    if bad:
        msg = f"a predicted error must be positive, but {bad} of {len(error)} are not: predict its logarithm"
        raise DatasetError(msg)
    of_pulls = Residuals(sample.truth, sample.residual / error, sample.share)
    return bias_of(of_pulls).estimate(sample.share), resolution_of(of_pulls).estimate(sample.share)
