"""When flows run: next-fire arithmetic, what to do about missed dates, and the loop that waits for them."""
