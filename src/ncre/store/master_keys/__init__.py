"""The master keys of an installation: where they are kept, whether they are the right ones, how they are changed."""
