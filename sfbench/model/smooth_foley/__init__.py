"""Smooth-Foley: the adapters frame by frame, guided by the label."""
