"""The demo's world: invented leads who read their mail and answer it, on a clock that jumps.

Its door: `folder.fresh_folder`, `system.demonstration`, `weeks.play`, `weeks.Played`.
"""
