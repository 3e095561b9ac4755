"""One file for each source of public weights."""
