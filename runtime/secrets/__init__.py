"""Secrets: where they are kept (vault), and how they are kept out of everything that people read (redact)."""
