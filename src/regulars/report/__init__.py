"""Floor 5: a run as a document of data, and its renderers. No arithmetic in renderers."""
