"""The statistics of a round."""
