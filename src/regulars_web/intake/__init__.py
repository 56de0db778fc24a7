"""Floor 5: export files in, what was understood of them, what was wrong, and the way back."""
