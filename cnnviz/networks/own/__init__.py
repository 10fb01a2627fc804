"""A visitor's own network: read from a text, made of our own layers, with weights that were given for it."""
