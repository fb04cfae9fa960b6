"""What shows: the command line, one command a file."""
