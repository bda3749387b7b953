"""What the screens know, as pure values and reducers: nothing here imports Textual."""
