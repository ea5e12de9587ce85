"""Keys of the exchange, and people who registered in another province too."""
