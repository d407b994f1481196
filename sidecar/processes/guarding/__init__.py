"""The guardian's program beside its entry: small, for one thread, and of the standard library.

Every server has a keeper, which is a fork of the guardian: each import here costs all of them.
"""
