"""Floor 6: the studies of the core, and their pages."""
