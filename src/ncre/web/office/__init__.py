"""The pages of the exam office."""
