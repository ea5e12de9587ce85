"""Admission tickets in the wallets of phones: Apple's file, Google's link. No name and no document number is in them."""
