"""The Network builder: its text, its reading, its editor, its table and drawing."""
