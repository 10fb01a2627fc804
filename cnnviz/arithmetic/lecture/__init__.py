"""The lecture's tables, cases, kernels and footnotes, each recomputed."""
