"""The Prefect flows, one in each file, and in flows/work the plain Python that they call."""

import nurture as nurture  # sets where zones are read from, also in a child that imports nothing else of it
