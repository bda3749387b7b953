"""Text -> Flow, or problems with positions."""
