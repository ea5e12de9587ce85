"""Journeys of the exam office at a browser."""
