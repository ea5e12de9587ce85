"""The exchange file of provinces."""
