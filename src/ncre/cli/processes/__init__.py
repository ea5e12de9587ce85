"""Commands that run on until told to stop, and what an installation needs before them."""
