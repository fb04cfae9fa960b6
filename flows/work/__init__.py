"""What the flows conduct: plain Python that never imports Prefect.

Its door: `duties.whole_round`, `counts`, `trouble.trouble_in`, `moments.parse_moment`, and the doors of its
folders.
"""
