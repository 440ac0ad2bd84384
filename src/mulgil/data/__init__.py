"""The write contract and its ports: loads that are idempotent, all-or-nothing, checked, fenced, recorded.

`write` is the whole contract; `target` holds the ports that a connector implements.
"""
