"""``make bench``: ratios within one run, as a table.  Absolute times change from machine to machine; ratios stay.

Every ratio is measured in pairs, one after the other, and the median over the pairs is shown.  Files are toy jets with
the layout of the built-in sample (about 56 particles a jet), so that nothing but hepml is needed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from measured import Ratio
from rich.console import Console
from rich.table import Table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jets", type=int, default=100_000, help="jets of the small dataset")
    parser.add_argument("--pairs", type=int, default=3, help="pairs of measurements for each ratio")
    parser.add_argument("--only", default="", help="run the benchmarks whose name holds this word")
    chosen = parser.parse_args()
    import bench_evaluation
    import bench_inference
    import bench_loading
    import bench_memory
    import bench_monitoring
    import bench_pixelmaps
    import bench_processing
    import bench_showers
    import bench_submit
    import bench_tracks
    import bench_training

    benchmarks = (
        bench_processing,
        bench_loading,
        bench_training,
        bench_pixelmaps,
        bench_inference,
        bench_submit,
        bench_memory,
        bench_evaluation,
        bench_tracks,
        bench_showers,
        bench_monitoring,
    )
    console = Console()
    table = Table(title=f"hepml benchmarks, {chosen.jets} jets, median of {chosen.pairs} pairs")
    for heading in ("what", "against", "ratio", "limit", "aim", "absolute"):
        table.add_column(heading, justify="right" if heading in {"ratio", "limit", "aim"} else "left")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for module in benchmarks:
            if chosen.only not in module.__name__:
                continue
            for ratio in module.measure(Path(folder), n_jets=chosen.jets, n_pairs=chosen.pairs):
                missed += not ratio.holds
                colour = "green" if ratio.holds else "red"
                table.add_row(
                    ratio.what,
                    ratio.against,
                    f"[{colour}]{ratio.value:.2f}[/]",
                    ratio.limit_text,
                    ratio.aim,
                    ratio.note,
                )
                console.print(f"{ratio.what}: {ratio.value:.2f}", style="dim")
    console.print(table)
    sys.exit(1 if missed else 0)


__all__ = ["Ratio", "main"]

if __name__ == "__main__":
    main()
