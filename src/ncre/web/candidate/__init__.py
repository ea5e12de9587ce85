"""The pages of a candidate, from the notices to the printed ticket."""
