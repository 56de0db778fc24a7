"""Floor 4: the strategy. From standings, objectives and the pack's measures to an optimised plan."""
