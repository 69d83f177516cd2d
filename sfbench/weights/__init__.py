"""Weights of networks: declared in a table, found on this machine, fetched, checked, read."""
