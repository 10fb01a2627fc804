"""Shared controls, lesson text, caches and the browser components: the only floor that imports Streamlit."""
