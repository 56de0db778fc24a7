"""Floor 2: who the customers are: names, telephones, addresses, member numbers. Only ``privacy.gate`` reads it."""
