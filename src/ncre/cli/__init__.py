"""The commands of `ncre`: main.py is the parser, each other file adds a group of commands.

They go through the same services and the same command handler as the pages. processes/ are the commands that
run on: serve, worker, demo; and what comes before them: migrate, an installation's first folder.
"""
