"""The platform's contract: what the environment of the notebook says about volumes, buckets and itself."""

import os
import re

from hamilton.errors import HamiltonError


def volumes(environment=os.environ):
    """The folders of the mounted volumes, by name."""
    return _named("HAMILTON_VOLUME_", environment)


def volume(name, environment=os.environ):
    """The folder of a mounted volume: `volume("harp")` is `/mnt/harp`, or wherever it is mounted."""
    return _one("volume", name, volumes(environment))


def buckets(environment=os.environ):
    """The URLs of the object store's buckets, by role."""
    return _named("HAMILTON_BUCKET_", environment)


def bucket(role, environment=os.environ):
    """The URL of a bucket, as Spark reads it: `bucket("lake")` is `s3a://…`."""
    return _one("bucket", role, buckets(environment))


def base_url(environment=os.environ):
    """The path under which the browser finds this notebook server, with a slash at both ends."""
    path = environment.get("HAMILTON_BASE_URL", "/").strip("/")
    return f"/{path}/" if path else "/"


def known(names):
    """The end of a sentence about a name that isn't there."""
    return f"the known ones are {', '.join(sorted(names))}" if names else "there are none"


def _named(prefix, environment):
    return {
        name[len(prefix) :].lower().replace("_", "-"): value for name, value in environment.items() if name.startswith(prefix)
    }


def _one(kind, name, values):
    # The same spelling as the platform's: what isn't a letter or a digit is one character.
    key = re.sub("[^a-z0-9]+", "-", name.lower())
    if key not in values:
        raise HamiltonError(f'there is no {kind} "{name}"; {known(values)}')
    return values[key]
