"""A person erased everywhere, or its whole record given out; and the clock by which data is not kept.

Its door: `erase.erase`, `replay.replay`, `retention.keep_time`, `record.whole_record`.
"""
