"""What the service does for people: each service brings rules, rows and the outside together, through the command handler.

Accounts    passports.py, second_step.py, sign_ons.py, security_log.py, staffing.py, profiles.py; moving.py between them
Cases       people.py, photos.py, office.py
Money       paying.py, counter.py, money.py, reconciliation.py, takings.py
Papers      papers.py, paper_cases.py, hall_lists.py; door.py and door_list.py check them
"""
