"""The work of review: the queue, claims on its cases, decisions in bulk, and second looks at a sample of decisions."""
