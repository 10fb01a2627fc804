"""The browser components, one folder each: a typed door in Python, and the HTML, CSS and JavaScript that draw."""
