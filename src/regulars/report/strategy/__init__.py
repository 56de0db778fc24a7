"""The strategy document: seventeen chapters and annexes, each a function of a :class:`Book`."""
