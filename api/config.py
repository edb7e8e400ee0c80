"""Settings: the only reader of the environment and of `pantau.toml`. Read once by a composition root, passed down.

Every field is one environment variable with the prefix PANTAU_ (`PANTAU_DATA`, …) or one key of `pantau.toml`.
`docs/settings.md` is generated from the descriptions here.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from api.errors import ConfigError


class Settings(BaseSettings):
    """Everything that can be set, with its default and the reason for it."""

    model_config = SettingsConfigDict(env_prefix="PANTAU_", extra="forbid", frozen=True)

    data: Path = Field(Path("data"), description="Data directory: database, index, spool, crawler state, archive.")
    database_url: SecretStr | None = Field(None, description="SQLAlchemy URL. Absent: SQLite (WAL) in the data directory.")
    search_url: str | None = Field(None, description="Elasticsearch address (http or https), several nodes by commas. Absent: embedded.")
    search_api_key: SecretStr | None = Field(None, description="API key for Elasticsearch.")
    search_index: str = Field("pantau", description="Prefix of index and alias names in Elasticsearch.")
    search_shards: int = Field(1, ge=1, description="Primary shards of a new Elasticsearch index.")
    search_replicas: int = Field(0, ge=0, description="Replicas of a new Elasticsearch index.")
    search_refresh: str = Field("1s", description="Refresh interval of the Elasticsearch index.")
    embedder: str = Field("onnx", description="`onnx` (bundled e5-small-id-en), `none`, or a sentence-transformers name or path.")
    host: str = Field("127.0.0.1", description="Address to serve on. Anything but loopback needs an API key first.")
    port: int = Field(8000, ge=0, le=65535, description="Port to serve on; 0 takes a free one.")
    public_url: str = Field("http://127.0.0.1:8000", description="Address that links in mails and feeds start with.")
    secret_key: SecretStr | None = Field(
        None, description="Signs cursors and unsubscribe links. Absent: made and kept in the data directory."
    )
    admin_key: SecretStr | None = Field(
        None, min_length=32, description="An admin API key taken from the environment at start (containers); at least 32 characters."
    )
    smtp_host: str = Field("127.0.0.1", description="Mail server.")
    smtp_port: int = Field(25, ge=1, le=65535, description="Mail server's port.")
    smtp_user: str | None = Field(None, description="Mail server's user.")
    smtp_password: SecretStr | None = Field(None, description="Mail server's password.")
    smtp_starttls: bool = Field(False, description="Demand STARTTLS from the mail server.")
    mail_from: str = Field("pantau@localhost", description="Sender of alerts.")
    user_agent: str = Field(
        "Pantau/0.1 (+https://example.org/pantau; contact: pantau@example.org)",
        description="How the crawler names itself. Set a real contact before crawling the web.",
    )
    allow_private: bool = Field(False, description="Let the crawler and webhooks reach loopback and private addresses (demo and tests).")
    crawl_interval: int = Field(900, ge=60, description="Seconds between two looks of `pantau run` at which sources are due.")
    rate_limit: int = Field(120, ge=1, description="Requests a minute a key (or address) before 429.")


class _Layers(Settings):
    model_config = SettingsConfigDict(env_prefix="PANTAU_", toml_file="pantau.toml", extra="forbid", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - signature of pydantic-settings
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: object) -> Settings:
    """Settings from `overrides`, then the environment, then `pantau.toml`, then defaults.

    Raises:
        ConfigError: a value is unknown or malformed; the message names the setting and where it came from.
    """
    try:
        return _Layers(**overrides)  # type: ignore[arg-type]  # pydantic validates what arrives here
    except ValidationError as error:
        lines = [f"PANTAU_{'.'.join(str(p) for p in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise ConfigError("wrong setting: " + "; ".join(lines)) from None
