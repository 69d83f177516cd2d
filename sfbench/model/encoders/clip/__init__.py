"""Trains the mini CLIP: pictures and texts in one space."""
