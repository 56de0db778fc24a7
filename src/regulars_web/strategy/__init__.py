"""Floor 7: plans, their pages and documents."""
