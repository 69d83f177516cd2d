"""Runs a stage: a pure function over many clips, where one failing clip is a row, not a crash."""

from sfbench.executor.outcome import Outcome
from sfbench.executor.stage import Engine, Stage

__all__ = ["Engine", "Outcome", "Stage"]
