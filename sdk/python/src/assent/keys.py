"""Private keys, and the files that keep them. They never leave this machine: nothing in this package sends one."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from . import _core
from .errors import KeyFault

#: The most that is read of a key file, in bytes.
_FILE_BYTES_MAX = 8192


class AgentKey:
    """The private key of an agent or of an organisation. What is printed of it is its public name."""

    __slots__ = ("_folder", "_secret")

    def __init__(self, secret: _core.SecretKey, folder: Path | None = None) -> None:
        self._secret = secret
        # Of the keyring that keeps it.
        self._folder = folder

    @classmethod
    def generate(cls) -> AgentKey:
        """A new Ed25519 key, of the operating system's random bytes."""
        return cls(_core.SecretKey.from_seed(secrets.token_bytes(32)))

    @classmethod
    def from_seed(cls, seed: bytes) -> AgentKey:
        """The Ed25519 key of 32 secret bytes."""
        if len(seed) != 32:
            raise KeyFault("a seed has 32 bytes")
        return cls(_core.SecretKey.from_seed(seed))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> AgentKey:
        """Reads a key file that nobody else can read: ours, or PKCS#8 and SEC 1 in PEM or DER as openssl writes them."""
        content = _read(Path(path))
        if content.lstrip().startswith(b"{"):
            return cls(_named(Path(path), content)[1])
        try:
            return cls(_core.SecretKey.read(content, "Ed25519"))
        except ValueError as error:
            raise KeyFault(f"{path}: {error}") from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the key as PKCS#8 in PEM to a new file that only its owner can read. Never overwrites one."""
        _write(Path(path), self._secret.to_pem())

    @property
    def id(self) -> str:
        """The name of the public half: ``did:key:…``."""
        return self._secret.id

    @property
    def public(self) -> str:
        """The bytes of the public half, in base64url."""
        return base64.urlsafe_b64encode(self._secret.public).rstrip(b"=").decode("ascii")

    @property
    def algorithm(self) -> str:
        """``Ed25519`` or ``ES256``."""
        return self._secret.algorithm

    def seed(self) -> bytes:
        """The 32 secret bytes, for who keeps them elsewhere."""
        return self._secret.seed()

    def __repr__(self) -> str:
        return f"<AgentKey {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AgentKey) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> str:
        # What is pickled travels further than a key should.
        raise TypeError("a private key is not pickled; use save()")


class Keyring:
    """A folder of key files, one for each issuer: the same as ``assent`` keeps under ``--home`` in ``keys``."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def key(self, issuer: str) -> AgentKey:
        """The key of an issuer; makes one if there is none."""
        return self.load(issuer) if self.has(issuer) else self.create(issuer)

    def has(self, issuer: str) -> bool:
        """Whether there is a key for the issuer."""
        return self._path(issuer).exists()

    def load(self, issuer: str) -> AgentKey:
        """The key of an issuer.

        :raises KeyFault: if there is none, others can read it, or it is not what it says.
        """
        path = self._path(issuer)
        whose, key = _named(path, _read(path))
        if whose != _issuer(issuer):
            raise KeyFault(f"{path}: its key is not the one that it names")
        return AgentKey(key, self.folder)

    def create(self, issuer: str) -> AgentKey:
        """Makes a key for an issuer that has none."""
        self.add(issuer, AgentKey.generate())
        return self.load(issuer)

    def add(self, issuer: str, key: AgentKey) -> None:
        """Keeps a key that was made elsewhere, for an issuer that has none here."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self._path(issuer), _core.named_key_text(_issuer(issuer), key._secret))

    def __iter__(self) -> Iterator[str]:
        """Who has a key here."""
        return iter(sorted(_named(path, _read(path))[0] for path in self.folder.glob("*.key")))

    def _path(self, issuer: str) -> Path:
        return self.folder / f"{_core.key_file_name(_issuer(issuer))}.key"


def _issuer(name: str) -> str:
    """An agent may be named without ``agent://``; a name without a slash is an organisation."""
    return _core.agent_uri(name) if "/" in name and not name.startswith("node:") else name


def _named(path: Path, content: bytes) -> tuple[str, _core.SecretKey]:
    try:
        return _core.read_named_key(content.decode("utf-8"))
    except ValueError as error:
        # A text that is not UTF-8 is quoted by its error, so that one is not shown.
        why = "not a key file" if isinstance(error, UnicodeDecodeError) else str(error)
        raise KeyFault(f"{path}: {why}") from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                raise KeyFault(f"{path}: others can read it; `chmod 600` it")
            return file.read(_FILE_BYTES_MAX)
    except OSError as error:
        raise KeyFault(f"{path}: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            # A key that was registered must not be lost with the power.
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyFault(f"{path}: {error.strerror}") from error
