"""The command handler: load, decide, append, claim, project in one transaction."""
