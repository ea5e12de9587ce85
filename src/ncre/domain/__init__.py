"""The rules, which may change. Nothing here knows a clock, a database or a browser.

registration/  vocabulary, lifecycle.py the one table of statuses and steps, machine; commands, decisions, state, reasons
payment/       orders, money that cannot be used       exam/      rounds, sites, windows, fees
seating/       who sits where: batches, halls, seats   photo/     what the measurements must be
accounts/      addresses, and who may change an account of staff

candidate.py   personal details, parsed once           candidate_fields.py  the fields of the form
claims.py      what spans registrations                identity_documents.py  kinds of documents
admission.py   what a code on a ticket is worth        printed_numbers.py, typed_text.py  numbers and typed text
refusals.py, faults.py, fault_codes.py                 codes; refusal_wording.py, fault_wording.py,
                                                       wording.py, bilingual.py  the words for them
"""
