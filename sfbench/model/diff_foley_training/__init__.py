"""Trains the networks of a small Diff-Foley: features, autoencoder, denoiser, guide."""
