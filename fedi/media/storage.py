"""Which filling of the Blobs port a house has, by its settings."""

from fedi.config import Config, ConfigError, read_secret
from fedi.media.blobs import Blobs, DiskBlobs, folder_of


def blobs_of(config: Config) -> Blobs:
    """Return where this house keeps its files. ConfigError where it can't be used."""
    settings = config.media
    if settings.storage == "disk":
        return DiskBlobs(folder_of(config))
    try:
        from fedi.media.s3 import S3Blobs
    except ModuleNotFoundError:
        raise ConfigError('[media] storage is "s3", which needs fedihus[s3] installed.') from None
    file = settings.s3_secret_key_file
    if not (settings.s3_bucket and settings.s3_access_key_id and file is not None):
        raise ConfigError(
            '[media] storage is "s3"; it needs s3_bucket, s3_access_key_id and s3_secret_key_file.'
        )
    return S3Blobs(settings, read_secret(file).decode())
