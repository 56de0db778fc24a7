"""Floor 1: pure decisions about personal data: pseudonyms, masking. No storage, no sending."""
