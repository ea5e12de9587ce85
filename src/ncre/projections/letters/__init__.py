"""Letters about registrations, in sentences."""
