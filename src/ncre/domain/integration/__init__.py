"""What other systems of the office may do."""
