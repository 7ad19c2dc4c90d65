"""``python -m hepml``."""

from hepml.cli import main

main()
