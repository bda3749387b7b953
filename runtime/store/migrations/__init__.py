"""Numbered changes of the tables; applied at start, in order, each once."""
