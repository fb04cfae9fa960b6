"""What the flows conduct: plain Python that never imports Prefect."""
