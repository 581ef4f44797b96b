"""A demo to look around in: a business with contacts, credit, lines and a history, connected to the simulator."""

from webservice.demo.making import NotADemo, make

__all__ = ["NotADemo", "make"]
