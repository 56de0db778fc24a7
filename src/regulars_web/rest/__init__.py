"""Floor 9, beside the desk: other programs' way in and out: tokens, the REST interface, signed messages, the export."""
