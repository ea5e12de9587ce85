"""What auditors take away, and that they did."""
