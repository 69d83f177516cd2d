"""Diff-Foley: sound for a video by latent diffusion, guided by audio-visual features.

Source: Luo et al., "Diff-Foley: Synchronized Video-to-Audio Synthesis with Latent Diffusion
Models", arXiv 2306.17203; constants and key names as in luosiallen/Diff-Foley@0ba1e8a.
"""
