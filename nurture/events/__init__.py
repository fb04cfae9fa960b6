"""Events: what other systems post, read into signals and leads by the project's events.yaml.

Its door: `map.EventMap`, `map.salvage_events`, `segment.read_segment`, `own.read_signal`, `own.read_lead`.
"""
