"""flowdeck's runtime: everything that works without a person at a screen."""

__version__ = "0.1.0"
