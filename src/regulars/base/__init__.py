"""Floor 0: the words every other floor speaks. No data engine, no clock, no network."""
