"""The demo: invented leads whose behaviour is simulated, on a moved clock."""
