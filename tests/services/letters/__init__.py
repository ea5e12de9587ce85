"""Letters about registrations."""
