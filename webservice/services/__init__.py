from webservice.services.activation import save_activation
from webservice.services.keys import KeyRefused, create_key, digest_of, revoke_key

__all__ = ["KeyRefused", "create_key", "digest_of", "revoke_key", "save_activation"]
