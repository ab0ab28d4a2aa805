"""The same without ``await``: ``assent.sync.Client`` and what it gives have the same names and block; iteration is a plain ``for``."""
