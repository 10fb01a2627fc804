"""One control, many pages: picture, network, class, unit, patch."""
