"""Floor 3: the study. Ibis expressions over the ledger, models on small statistics, one Diagnosis out."""
