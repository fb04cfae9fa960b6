"""What is said to people: the seller's brief, causes, days and names in their own language.

Its door: `brief.make_brief`, `cause.say_cause`, `because.say_because`, `dates.say_day`, `names.say_zone`.
"""
