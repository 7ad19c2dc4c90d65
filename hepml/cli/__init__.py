"""The command line: parse → workflow → print, one file per command."""

from hepml.cli.main import main

__all__ = ["main"]
