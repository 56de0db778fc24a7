"""Floor 0: the clock, the audit log, work in the background, and what all pages share."""
