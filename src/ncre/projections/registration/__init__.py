"""Read models of registrations."""
