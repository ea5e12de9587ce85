"""The table of causes and the texts of letters."""
