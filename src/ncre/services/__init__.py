"""Use cases: each brings rules, rows and the outside together, and changes anything only through the command handler.

registration/  changes after which an order must not be paid; moving to another account; who somebody is
payment/       checkout, notifications, inquiries, counter payments, reconciliation, revenue
exam/          a round loaded, a site seated          seating/    previews of a seating, lists of the halls
documents/     form and ticket gathered and issued    admission/  tickets verified, with and without a network
photo/         a photo's way in and out               accounts/   signing in, second factors, staff accounts
"""
