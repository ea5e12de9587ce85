"""The exchange service: takes each province's file of keyed hashes, and hands the others out. It has no key and knows nobody.

A process of its own, with a database of its own: none of an installation's settings, facts or secrets.
"""
