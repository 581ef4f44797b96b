"""The launcher behind ``script/*``: it needs nothing but Python's standard library until it has made the environment.

``entry`` finds a Python and enters the virtual environment that ``environment`` makes; ``frontend`` fetches the pages'
files; ``postgres`` and ``valkey`` run the embedded servers; ``processes`` keeps children alive and stops them in order;
``server``, ``testing``, ``checks``, ``bench``, ``screenshots`` and ``manage`` are the commands. ``prepare``,
``gateways`` and ``messages`` use the installed packages.
"""
