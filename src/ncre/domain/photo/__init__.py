"""The rules of a photo, and their words."""
