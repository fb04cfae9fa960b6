"""What decides: pure functions over values, with no clock, file, socket, SQL or log."""
