"""The roof: settings, urls, start-up."""
