"""The queue in bulk: runs, claims, second looks."""
