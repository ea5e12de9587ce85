"""Attacks on a started server. Each module here is one attack: its docstring says what was once possible,
and `findings(target)` says what still is, in sentences; nothing means that the service held."""
