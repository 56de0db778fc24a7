"""Floor 5: customers who may be on record twice: found, looked at side by side, merged or told apart."""
