"""What the office counts: sums kept as rows, so that a page of them costs the same however many register."""
