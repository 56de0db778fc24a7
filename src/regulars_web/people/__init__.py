"""Floor 4: the customer as the business sees one: found, looked at, written about."""
