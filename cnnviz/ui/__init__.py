"""Shared controls, lesson text, caches and the browser components. The only floor of the package that imports Streamlit."""
