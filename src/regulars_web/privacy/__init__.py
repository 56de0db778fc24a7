"""Floor 3: the gate to identifiers, and what customers have agreed to or refused."""
