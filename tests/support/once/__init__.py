"""What tests are given as it was made once, instead of being made anew."""
