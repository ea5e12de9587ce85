"""Photos: where they are kept, and how they are measured."""
