"""HTTP in, pages out: one file an area. A view parses, hands over and redirects; rules live elsewhere."""

from ncre.web.site import create_site

__all__ = ["create_site"]
