"""What each deeper part of a study says: frozen records, one module a part, shown by the report and printed as JSON."""
