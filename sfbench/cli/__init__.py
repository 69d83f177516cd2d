"""The command line: one function per verb, nothing heavy at the top."""

from sfbench.cli import curate, run, report, train, check, weights  # isort: skip  # in --help's order
from sfbench.cli.app import app, main

__all__ = ["app", "check", "curate", "main", "report", "run", "train", "weights"]
