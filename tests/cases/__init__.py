"""Cases from outside: one example of each kind, as it was reported."""
