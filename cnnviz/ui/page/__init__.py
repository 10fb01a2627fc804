"""What every page stands on: its text, derivations, links, and how it fails."""
