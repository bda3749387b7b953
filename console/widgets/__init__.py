"""What screens are made of: a widget is handed view values, and never the client."""
