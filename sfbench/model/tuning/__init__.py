"""Trains the parts of generators: adapters, the base model, the projection of the similarity."""
