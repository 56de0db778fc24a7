"""Floor 9: where a day begins, what is being worked on."""
