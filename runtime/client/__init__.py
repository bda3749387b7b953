"""How a face speaks to the runtime: requests as typed values, a Client, and a Transport of two methods below it."""
