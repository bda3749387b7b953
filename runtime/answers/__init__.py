"""How each request is answered: one file a noun, one function a request. `ANSWERS` is the table that the service looks into."""
