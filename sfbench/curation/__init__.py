"""Decides which clips: sources, steps, datasets."""
