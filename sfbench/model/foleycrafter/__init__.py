"""The adapters of FoleyCrafter: what is seen, and when it sounds."""
