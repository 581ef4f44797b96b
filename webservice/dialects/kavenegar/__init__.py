"""Kavenegar's REST service (D1): the key in the path, forms in, ``{"return": …, "entries": …}`` out."""
