"""Training two towers on photos and captions; nothing that the app imports."""
