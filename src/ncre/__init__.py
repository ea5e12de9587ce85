"""Registration for the National Computer Rank Examination, kept as facts.

Imports run one way: web, cli -> services -> handlers -> projections -> domain -> events. One word leads through all
floors: registration, payment, exam, seating, photo, documents, accounts, audit are folders of that name.

events/       the facts (domain events) and their stored names
store/        the database: facts appended and read, private fields sealed, claims, keys
domain/       the rules: no clock, no database, no Flask
projections/  the rows that pages read, one step from a fact to a row
handlers/     the command handler: load, decide, append, claim, project in one transaction
services/     one function a use case, for pages and command line alike
web/          pages by who comes: candidate, account, staff, office, audit; shared for all
cli/          the commands of `ncre`
identity/     accounts, passwords, sessions, proofs, second factors
clients/      payment channels, sign-in providers, mail, messages
photo/        photos: kept, measured, framed      documents/    the printed pages, their codes and fonts/
operational/  tables and files that may be lost without losing history
rounds/       an exam round as files              config/       settings from the environment
server/       what stands before the pages        stand_ins/    Alipay and QQ for the demo and the tests
migrations/   the history of the schema

bootstrap/ builds the container of all parts; worker.py does what time and the outside cause.
"""

from __future__ import annotations
