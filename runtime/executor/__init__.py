"""Where decisions become deeds: the supervisor takes events to the engine and the store, and performs the commands that come back."""
