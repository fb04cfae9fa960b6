"""One lead's story: scores, stages, consents, touches and every decision, as values.

Its door: `reader.read_story`, `chapters.Story`, `chapters.Touch`.
"""
