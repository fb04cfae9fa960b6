"""What conducts: one Prefect flow a file, thin over the plain Python in flows/work."""
