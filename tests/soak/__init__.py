"""Long runs, bounded: `make soak`. A short form of each goes with `make test`; the marker `soak` keeps the long one out.

SOAK_REQUESTS says how many requests a database gets, SOAK_REVISIONS, SOAK_STORIES and SOAK_DELIVERIES how long the
others run, SOAK_SEED with which seed they begin. `.ci/run` gives each a short form.
"""
