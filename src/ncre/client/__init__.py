"""A client of the interface `/api/v1` for other systems in Python. It knows nothing else of ncre.

with Client("https://ncre.example.org", token) as ncre:
    case = ncre.registration(identity)
    ncre.approve(case)
"""

from ncre.client.client import Client
from ncre.client.models import Event, Page, Problem, Registration

__all__ = ["Client", "Event", "Page", "Problem", "Registration"]
