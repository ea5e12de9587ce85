"""Exam rounds and their sites."""
