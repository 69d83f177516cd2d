"""Datasets with their media inside."""
