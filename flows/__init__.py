"""What conducts: one Prefect flow a file, thin over the plain Python in flows/work."""

import nurture as nurture  # sets where zones are read from, also in a child that imports nothing else of it
