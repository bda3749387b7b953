"""What stands between Textual and the terminal: only cells that changed are sent, and never faster than they are taken."""
