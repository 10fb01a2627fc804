"""The process that serves the app: how it starts, tidies up and ends, and what stands between it and the browsers."""
