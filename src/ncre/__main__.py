"""`python -m ncre` is the `ncre` command."""

from ncre.cli.main import main

main()
