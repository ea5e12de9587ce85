"""Registration for the National Computer Rank Examination, kept as facts.

events/       the facts, and the place that keeps them     domain/    the rules, without clock or database
projections/  the rows that pages read                     web/       HTTP in, pages out
gateways/     lines to the outside                         passport/  accounts and sign-in
printing/     the form and the ticket                      migrations/  the schema
services/     what the service does for people with all of these, through handlers/command_handler.py, the command handler.
bootstrap.py builds the whole; worker.py does what time and the outside cause.
"""

from __future__ import annotations
