"""Metadata stores: the adapters of `ports.MetadataStore`.

`memory` keeps everything in dicts and is the reference for what the port means; `sql` keeps it in a
database. One contract suite runs over both.
"""
