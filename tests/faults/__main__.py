"""The long run: every fault and the kill -9 rounds, with a table; exits 1 on any breach."""

from __future__ import annotations

import sys

from tests.faults.running import main

sys.exit(main())
