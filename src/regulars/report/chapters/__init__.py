"""One chapter a file: each turns its part of a run into a section, or None where there is nothing to say."""
