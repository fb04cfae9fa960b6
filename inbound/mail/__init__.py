"""A received mail: read so that nothing in it stops the reading, and matched to what it answers.

Its door: `message.read_mail`, `message.Mail`, `clues.read_clues`, `sort.sort`, `own_words.own_words`.
"""
