"""Several tenants in one installation: which there are, and commands and processes that work for all of them."""
