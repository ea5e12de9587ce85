"""What happened to integrations, in sentences."""
