"""The work of the flows, in plain Python that never imports Prefect."""
