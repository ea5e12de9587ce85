"""The codes on tickets and forms: as pictures, and what they say, signed."""
