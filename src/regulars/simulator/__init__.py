"""The simulator: a business with known truth, planned for, acted on and learned from over cycles, beside its rivals and
an oracle who knows everything."""
