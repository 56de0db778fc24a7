"""The business-time clock: season, Lunar New Year, closures; used only where it foretells held-out periods better."""
