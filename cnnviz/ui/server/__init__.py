"""Streamlit from the inside: what no public means of it does, one file a reason; the rest of the app calls these."""
