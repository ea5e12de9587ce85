"""Measures uploaded photos and mends their frame. It measures and carries; `domain/photo/verdict.py` judges."""
