"""A lead's story explained: a sentence for every decision, touch and silence, as `why` and the API tell it.

Its door: `explanation.explain`, `explanation.ExplainedStory`, `json.as_json`, `reasons`.
"""
