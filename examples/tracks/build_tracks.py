"""Tracks of a barrel tracker, built with a Kalman filter and with the network of a run, on the same events.

    python examples/tracks/build_tracks.py RUN FILE [FILE…] -o OUT

prints rates, pulls and paired differences, and leaves ``metrics.json``, ``plots/`` and a tree of tracks for each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from hepml import HelixFilter, compare_builders, network_propagator, read_barrel_events
from hepml.reports.terminal_table import rich_tables
from hepml.reports.track_table import track_tables
from hepml.tracking import BuildOptions


def main() -> None:
    """Build, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="a run of examples/tracks/barrel.yaml")
    parser.add_argument("files", nargs="+", help="of `hepml sample tracks --detector barrel`")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--branches", type=int, default=BuildOptions().branches, help="continuations of a seed")
    chosen = parser.parse_args()
    network = network_propagator(chosen.run)
    events = read_barrel_events(chosen.files)
    propagators = {"kalman": HelixFilter(network.barrel), "network": network}
    options = BuildOptions(branches=chosen.branches)
    judged = compare_builders(events, network.barrel, propagators, chosen.output, options=options)
    console = Console()
    console.print(f"{events.n_events} events, {len(events.layer)} hits, {len(events.pt_gev)} particles")
    for table in track_tables(judged.metrics):
        for piece in rich_tables(table, width=console.width):
            console.print(piece)
        console.print(table.note, style="dim")


if __name__ == "__main__":
    main()
