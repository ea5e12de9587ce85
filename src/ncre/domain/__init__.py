"""The rules, which may change. Nothing here knows a clock, a database or a browser.

lifecycle.py     the one table of statuses and steps
commands.py      what can be asked          decisions.py   what then happens, or why not
registration.py  the state, folded          claims.py      what spans registrations
exam.py          rounds, sites, windows     payment.py     orders, and money that cannot be used
candidate.py     personal details, parsed   photo.py       what the measurements must be
seating.py       who sits where             halls.py       rooms in batches, ticket numbers
sharing.py, placing.py, shortage.py        batches, then rooms; what to add where they do not do
review.py        reasons for a rejection
refusals.py, faults.py, words.py, language.py              codes, and the words for them
"""
