"""The programming interface `/api/v1` for the office's other systems, and its documentation.

spec.py     what an operation is: its scope, its models, its refusals       access.py   who asks, how often, from which version
bodies.py, models.py   the shapes that come in and go out              views: exam, registrations, applying, deciding, feed
"""
