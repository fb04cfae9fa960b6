"""Lets `python -m console` be `nurture`."""

from __future__ import annotations

from console.app import main

main()
