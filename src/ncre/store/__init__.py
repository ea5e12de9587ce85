"""The database: facts in and out, sealed; claims, and the tables that all of this stands on."""
