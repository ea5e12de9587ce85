"""Pages for whoever pays for a candidate: by a link that can pay and nothing else."""
