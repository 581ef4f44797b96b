"""Asanak's web service (D2): user name and password in every body, ``{"meta": …, "data": …}`` out; and its old form."""
