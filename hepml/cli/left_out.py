"""What had to be left out, line by line on stderr, and the exit status that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hepml.contracts import Manifest
    from hepml.inference import Friend

EXIT_PARTIAL = 3
"""Finished, but some input had to be left out (where the user allowed it)."""


def of_dataset(manifest: Manifest) -> list[str]:
    """Return a line for each file and each column because of which something is not in the dataset."""
    lines = []
    for file in manifest.files:
        what = f"{file.n_skipped} of {file.n_planned} entries" if file.uuid else "the whole file"
        if file.n_skipped or not file.uuid:
            lines.append(f"input {file.input!r}, {what}: {'; '.join(file.reasons)}")
    for summary in manifest.inputs:
        for column, n in summary.dropped.items():
            lines.append(f"input {summary.name!r}, {n} examples: NaN or inf in {column!r}")
    return lines


def of_friends(friends: Sequence[Friend]) -> list[str]:
    """Return a line for each input file of which something has no score."""
    return [
        f"{friend.source}, {f'{friend.n_skipped} without a score' if friend.path else 'the whole file'}: "
        f"{'; '.join(friend.reasons)}"
        for friend in friends
        if friend.n_skipped
    ]


def report(lines: Sequence[str]) -> int:
    """Write the lines to stderr, and return the exit status: 0 where there are none."""
    for line in lines:
        click.echo(f"hepml: left out: {line}", err=True)
    return EXIT_PARTIAL if lines else 0
