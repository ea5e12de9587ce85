"""`python -m ncre` is the `ncre` command."""

from ncre.cli import main

main()
