"""S3's five checksums, as its headers carry them. CRC32C and CRC64NVME from their definitions:
boto3 needs the CRT for these two, which it does not have here."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable


def reflected_crc(bits: int, polynomial: int) -> Callable[[bytes], int]:
    ones = (1 << bits) - 1
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (polynomial if byte & 1 else 0)
        table.append(byte)

    def crc(content: bytes) -> int:
        value = ones
        for byte in content:
            value = table[value & 0xFF ^ byte] ^ value >> 8
        return value ^ ones

    return crc


crc32c = reflected_crc(32, 0x82F63B78)
crc64nvme = reflected_crc(64, 0x9A6C9329AC4BC9B5)
DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda content: zlib.crc32(content).to_bytes(4, "big"),
    "CRC32C": lambda content: crc32c(content).to_bytes(4, "big"),
    "CRC64NVME": lambda content: crc64nvme(content).to_bytes(8, "big"),
    "SHA1": lambda content: hashlib.sha1(content, usedforsecurity=False).digest(),
    "SHA256": lambda content: hashlib.sha256(content).digest(),
}
OF_BOTO3 = ["CRC32", "SHA1", "SHA256"]  # computed without the CRT


def text_of(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def sum_of(algorithm: str, content: bytes) -> str:
    return text_of(DIGESTS[algorithm](content))


def composite_of(algorithm: str, parts: Iterable[bytes]) -> str:
    """What S3 makes of the sums of parts: the sum of these, and their number."""
    digests = [DIGESTS[algorithm](part) for part in parts]
    return f"{sum_of(algorithm, b''.join(digests))}-{len(digests)}"
