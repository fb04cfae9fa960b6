"""Texts as people type them: letters folded, words of a yes and a no, phrases in several languages.

Its door: `fold.folded`, `wishes.says_no`, `wishes.says_left`, `translation.in_language`,
`formulas.guarded`.
"""
