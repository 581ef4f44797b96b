"""SMPP 3.4 without Django: codec, session, flow, throttle, error tables, and a simulator of an operator's SMSC.

Start at `messaging.smpp.session.Session`; the Django side that feeds it is `messaging.engine`.
"""
