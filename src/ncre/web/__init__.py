"""HTTP in, pages out, in rooms by who comes; the templates of each stand beside its views.

candidate/  from the notices to the printed ticket     account/  sign-in, sign-up, second factor, details
staff/      review, desk, admission, halls, cash       office/   the round, payments, seating, staff accounts
audit/      any registration at any moment             shared/   what all pages share

A view parses, hands over and redirects; rules live elsewhere.
"""

from ncre.web.site import create_site

__all__ = ["create_site"]
