"""Own annotations and what is trained on them: facts and offsets only, never a publisher's text. Needs the corpus by path."""
