"""Payment orders, and whether money that came can be used."""
