"""The groups of `ncre` commands; each adds its own to the parser and goes through the same door as the pages.

serving.py   migrate, serve, worker, demo     rounds.py    round
staff.py     review, cancel                   seating.py   seat
tickets.py   ticket                           auditing.py  audit, diagram
accounts.py  user                             rows.py      projections
photos.py    photo                            photo_files.py  photos
"""
