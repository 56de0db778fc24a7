"""Floor 2: the facts. Reading exports, checking them, keeping them in Delta tables, the only engine driver."""
