"""Trains the mini encoders on the simulated world."""
