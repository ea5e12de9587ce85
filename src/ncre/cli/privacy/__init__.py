"""Commands about private data: erasing people, and the keys under which everybody else stays sealed."""
