"""The printed documents as PDF, and the codes on them."""
