"""Floor 1: who works here, in which role and at which branches, and what each may do."""
