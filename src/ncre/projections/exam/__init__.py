"""Read models of rounds, sites, seats and tickets."""
