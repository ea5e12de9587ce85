"""Letters about registrations: which fact or deadline causes which, in which words, and when it is out of date."""
