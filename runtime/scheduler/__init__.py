"""The loop that waits for the dates of schedules, and what it remembers."""
