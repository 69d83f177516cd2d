"""Draws one clip: when systems are told that it sounds, and what they make of it."""
