"""The command line: one function per verb, nothing heavy at the top."""

from sfbench.cli import curate, run, report, explain, claims, train, check, weights  # isort: skip  # in --help's order
from sfbench.cli.app import app, main

__all__ = [
    "app",
    "check",
    "claims",
    "curate",
    "explain",
    "main",
    "report",
    "run",
    "train",
    "weights",
]
