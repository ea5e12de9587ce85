"""How `ncre` reads what is typed: the grammar of its commands, their help in both languages, misuse in one sentence."""
