"""Static files by the hash of their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = r"""(?P<matched>(?P<statement>(?:import|export)\b[^"';]*)"(?P<url>\.[^"]+)")"""


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Rewrites the imports of our own modules as well, so that a module and what it imports always belong together.

    Django's switch for this would rewrite every package's scripts too, and some of those import what they do not ship.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((_IMPORT, '%(statement)s"%(url)s"'),)),
    )
