"""What a unit looks for: patches that excite it, a picture climbed to, what comes back down."""
