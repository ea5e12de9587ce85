"""The pages of the staff of a site."""
