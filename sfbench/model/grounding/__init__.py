"""Trains the mini grounding network on the simulated world, by clip labels alone."""
