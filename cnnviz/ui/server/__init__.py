"""The process and its proxy; whatever leans on Streamlit's inside is a file streamlit_*.py here."""
