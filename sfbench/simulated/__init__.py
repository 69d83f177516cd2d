"""A controlled audiovisual world whose truth is known exactly.

Shares (`shares.py`) → scene (`deal.py`) → sound (`sound.py`), picture (`picture.py`) and truth
(`truth.py`) → arrays (`render.py`) or media files (`media.py`). Everything follows from a seed.
"""
