"""sfbench turns videos into a benchmark of continuous Foley: curate, run, report."""

__version__ = "0.1.0"
