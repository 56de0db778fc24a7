"""Floor 1: a trade's data (words, measures, priors, windows, benchmarks). TOML, no code."""
