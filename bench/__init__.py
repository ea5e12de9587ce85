"""Measurements as ratios: each figure stands beside a floor taken in the same run. `make bench`."""
