"""The local stack: private servers and service replicas of one instance, all on loopback, none of it system-wide.

One module per concern. A module for a server offers `prepare` (files it needs), `program` (what the supervisor runs)
and `is_up` (does it answer). Errors meant for the person at the keyboard are `Trouble`: one line and its remedy.
"""
