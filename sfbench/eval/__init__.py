"""Scores takes: metrics as pure functions, protocols as files."""

from sfbench.eval.metrics.frechet import frechet_distance
from sfbench.eval.metrics.kernel import kernel_distance

__all__ = ["frechet_distance", "kernel_distance"]
