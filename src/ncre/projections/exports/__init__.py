"""The sentences of exports."""
