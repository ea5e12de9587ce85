"""A database that moves to another place while it is served: copied, kept up with, compared, then switched."""
