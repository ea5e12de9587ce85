"""Tables that are no facts and can be lost without losing history: the inbox, retries, refused notices."""
